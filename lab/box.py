"""The box: one real node in namespaces of its own, so that the machine stays as it was.

Everything in it hangs on its first process: end that one, and every process, mount, interface and
rule is gone with it, containers included. Only the control groups' folder has to be swept up.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lab import binaries, doors, ground, inside, kubeconfig, locks, packages, places, storage
from lab.apiserver import Cluster
from lab.census import Resident
from lab.certs import Pair
from lab.faults import Broken, Missing

TOOLS = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kubectl",
    "kubelet",
    "kube-scheduler",
    "kube-proxy",
    "coredns",
    "versitygw",
)
_UP_S = 240.0


@dataclass(frozen=True)
class Box:
    """The box of one checkout, running or not.

    Attributes:
        folder: what is known about it, outside the checkout.
    """

    folder: Path

    @property
    def live(self) -> Path:
        """The folder of its present life: certificates, logs, data."""
        return self.folder / "live"

    @property
    def name(self) -> str:
        """A name that no other box has."""
        return f"hone-lab-{self.folder.name}"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig, good outside the box."""
        return self.live / "outside.kubeconfig"

    def first(self) -> Resident | None:
        """Return the box's first process as the machine sees it, or None where there is none."""
        resident = Resident.read(self.folder / "first")
        return resident if resident is not None and resident.alive() else None

    def healthy(self) -> bool:
        """Tell whether the box runs and its API server says that it is ready."""
        if self.first() is None or not (self.live / "ready").exists():
            return False
        try:
            return self.cluster().kubectl("get", "--raw=/readyz", "--request-timeout=5s") == "ok"
        except Broken:
            return False

    def cluster(self) -> Cluster:
        """Return the cluster in the box."""
        return Cluster(self.kubeconfig, binaries.ensure(["kubectl"])["kubectl"])

    def enter(self, *command: str) -> list[str]:
        """Return the command line that runs a command in the box."""
        first = self.first()
        if first is None:
            raise Broken("there is no box: run `python -m lab up`")
        spaces = ["--mount", "--uts", "--ipc", "--net", "--pid"]
        return ["nsenter", "-t", str(first.pid), *spaces, "--", *command]


def ours() -> Box:
    """Return the box of this checkout."""
    return Box(places.private(places.state()))


def up(box: Box) -> Cluster:
    """Bring the box up, or leave it as it is where it is well.

    Args:
        box: the box to bring up.

    Raises:
        Missing: this machine or this user cannot have one.
        Broken: a part did not come up; the message has its log's tail.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        raise Missing("one real node needs Linux and root (namespaces, mounts, control groups)")
    with locks.held(box.folder / "up.lock", "a box that somebody else brings up"):
        if box.healthy():
            return box.cluster()
        packages.ensure(packages.NODE)
        found = binaries.ensure(TOOLS)
        sweep(box)
        _launch(box, found)
        return box.cluster()


def sweep(box: Box) -> None:
    """End the box and remove what is left of it, also of one that was killed hard.

    Args:
        box: the box to remove; one that is not there is no error.
    """
    for file in ("first", "unshare"):  # the first process ends all others
        resident = Resident.read(box.folder / file)
        if resident is not None:
            resident.end()
        (box.folder / file).unlink(missing_ok=True)
    ground.remove_cgroups(box.name)
    shutil.rmtree(box.live, ignore_errors=True)
    shutil.rmtree(box.folder / "images", ignore_errors=True)


def _launch(box: Box, found: dict[str, Path]) -> None:
    places.private(box.live)
    storage.Credentials.create(box.live / "s3.json")
    ground.make_cgroups(box.name)
    lock = _take_images()
    images = places.cache() / "containerd" if lock else box.folder / "images"
    opened = doors.make(inside.ADDRESSES)
    by_descriptor = {opened[name].fileno(): port for name, port in inside.ADDRESSES.items()}
    inside.Plan(
        {name: str(path) for name, path in found.items()}, str(images), box.name, by_descriptor
    ).write(box.live / "plan.json")
    kept = [*by_descriptor, *([lock.fileno()] if lock else [])]
    spaces = ["--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child"]
    command = ["unshare", *spaces, sys.executable, "-m", "lab.inside", str(box.live)]
    with (box.live / "box.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=places.CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=kept,
        )
    unshare = Resident.of(process.pid)
    unshare.write(box.folder / "unshare")
    for name, door in opened.items():
        (box.live / f"{name}.port").write_text(str(door.getsockname()[1]))
        door.close()
    if lock:
        lock.close()
    _await(box, process, unshare)


def _take_images() -> IO[bytes] | None:
    """Take the machine's image store for the life of a box; None where another box has it."""
    path = places.private(places.cache()) / "containerd.lock"
    lock = path.open("wb")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _await(box: Box, process: subprocess.Popen[bytes], unshare: Resident) -> None:
    deadline = time.monotonic() + _UP_S
    while not (box.live / "ready").exists():
        if process.poll() is not None or time.monotonic() > deadline:
            log = (box.live / "box.log").read_text(errors="replace")
            raise Broken(f"the box did not come up:\n{log[-8000:]}")
        if not (box.folder / "first").exists() and (first := unshare.child()):
            first.write(box.folder / "first")
        time.sleep(0.05)
    port = (box.live / "api.port").read_text()
    pki = box.live / "pki"
    admin = Pair(pki / "admin.crt", pki / "admin.key")
    kubeconfig.write(box.kubeconfig, f"https://127.0.0.1:{port}", pki / "ca.crt", admin)
