"""The real node: it comes up, it carries pods, and it leaves nothing behind."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import ground, life, patience, places
from lab.apiserver import Cluster
from lab.box import Box
from lab.census import Resident
from lab.testbed import Testbed

pytestmark = [pytest.mark.realnode, pytest.mark.slow]

# Both find the other by name, reach the store by its Service, and end.
GANG = """
apiVersion: v1
kind: Service
metadata: {name: gang}
spec:
  clusterIP: None
  publishNotReadyAddresses: true
  selector: {batch.kubernetes.io/job-name: gang}
---
apiVersion: batch/v1
kind: Job
metadata: {name: gang}
spec:
  completions: 2
  parallelism: 2
  completionMode: Indexed
  template:
    spec:
      subdomain: gang
      restartPolicy: Never
      securityContext: {runAsUser: 65532, runAsNonRoot: true}
      containers:
      - name: main
        image: hone.dev/pause:lab
        command: [/bin/busybox, sh, -ec]
        args:
        - |
          for i in 0 1; do
            until /bin/busybox nslookup gang-$i.gang.$NAMESPACE.svc.cluster.local; do
              /bin/busybox sleep 0.2
            done
          done
          until /bin/busybox wget -q -O - http://s3.storage.svc:7070/health; do
            /bin/busybox sleep 0.2
          done
        env:
        - {name: NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
        resources: {limits: {nvidia.com/gpu: 1}}
"""


def traces(box: Box) -> dict[str, object]:
    """What a box could leave on the machine, and what it must not change."""
    listed = subprocess.run(["ip", "-o", "link"], capture_output=True, text=True).stdout
    rules = subprocess.run(["iptables-save"], capture_output=True, text=True).stdout
    settings = ("vm/overcommit_memory", "kernel/panic", "net/ipv4/ip_forward")
    return {
        "mounts": Path("/proc/self/mountinfo").read_text(),
        "interfaces": [line.split(":")[1] for line in listed.splitlines()],
        "rules": [line for line in rules.splitlines() if line.startswith("-A")],
        "groups": [str(group) for group in ground.cgroups(box.name) if group.exists()],
        "processes": processes_of(box),
        "settings": [Path("/proc/sys", name).read_text() for name in settings],
        "hosts": Path("/etc/hosts").read_text(),
    }


def processes_of(box: Box) -> list[str]:
    """Commands that run with the box's folder in their words, shims and containers included."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_text() + (path / "cgroup").read_text()
        except OSError:
            continue
        if str(box.folder) in words or box.name in words:
            found.append(words.replace("\0", " "))
    return found


@pytest.fixture
def own_box(testbed: Testbed) -> Iterator[Box]:
    """A second box beside the one that other tests share, which therefore has no images."""
    box = Box(places.private(places.state().parent / f"test-{os.getpid()}"))
    yield box
    life.sweep(box)
    (box.folder / "up.lock").unlink(missing_ok=True)
    (box.folder / "checkout").unlink(missing_ok=True)
    box.folder.rmdir()


def run_gang(cluster: Cluster, namespace: str) -> None:
    cluster.kubectl("create", "namespace", namespace)
    cluster.kubectl("-n", namespace, "apply", "-f", "-", stdin=GANG)
    finished = ["wait", "--for=condition=Complete", "job/gang", patience.flag(60)]
    assert "condition met" in cluster.kubectl("-n", namespace, *finished)


def test_whatever_ends_a_box_leaves_nothing_behind_and_the_next_one_comes_up(own_box: Box) -> None:
    before = traces(own_box)
    for end in (lose_etcd, kill_it):
        idle(life.up(own_box))
        assert traces(own_box)["processes"]
        end(own_box)
        assert gone(own_box)  # nobody had to sweep for that
        assert not own_box.healthy()
    cluster = life.up(own_box)
    assert "idle" not in cluster.kubectl("get", "pods", check=False)
    Testbed.of(own_box).set_gpus(2)
    run_gang(cluster, "third-life")
    life.sweep(own_box)
    assert traces(own_box) == before


def idle(cluster: Cluster) -> None:
    """Have a pod that stays."""
    cluster.kubectl("run", "idle", "--image=hone.dev/pause:lab")
    cluster.kubectl("wait", "--for=condition=Ready", "pod/idle", patience.flag(60))


def lose_etcd(box: Box) -> None:
    """Take a part away: half a cluster misleads, so the box ends, and says why."""
    first = box.first()
    assert first is not None
    children = Path(f"/proc/{first.pid}/task/{first.pid}/children").read_text().split()
    (etcd,) = [pid for pid in children if Path(f"/proc/{pid}/comm").read_text() == "etcd\n"]
    os.kill(int(etcd), signal.SIGKILL)
    assert gone(box)
    assert "etcd ended" in (box.live / "box.log").read_text()


def kill_it(box: Box) -> None:
    """End the process that all others hang on, as the kernel would for want of memory."""
    outer = Resident.read(box.folder / "unshare")
    assert outer is not None
    os.kill(outer.pid, signal.SIGKILL)


def gone(box: Box) -> bool:
    """Wait until the last process of the box is gone."""
    deadline = time.monotonic() + patience.seconds(10)
    while left := processes_of(box):
        if time.monotonic() > deadline:
            raise AssertionError(left)
        time.sleep(0.05)
    return True


def test_a_box_that_is_well_is_left_as_it_is(testbed: Testbed) -> None:
    first = testbed.box.first()
    started = time.monotonic()
    life.up(testbed.box)
    assert testbed.box.first() == first
    assert time.monotonic() - started < patience.seconds(5)
