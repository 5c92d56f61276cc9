"""The first process of a box: it lays the ground, starts every part, and when it ends all end.

Run by `lab.life` through `unshare`, with a folder that holds what it needs to know. It writes the
file `ready` when a pod could start, and stays to bury orphans, as a first process must.
"""

import json
import os
import signal
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from lab import dns, ground, node, patience, processes, storage
from lab.apiserver import Cluster
from lab.controlplane import ControlPlane, Ports
from lab.faults import Broken
from lab.processes import Component

PORTS = Ports(api=6443, etcd=2379, etcd_peer=2380, controllers=10257)
ADDRESSES = {"api": PORTS.api, "s3": storage.PORT}


@dataclass(frozen=True)
class Plan:
    """What the first process is told.

    Attributes:
        binaries: tool name to path.
        images: the folder of the container runtime's images.
        cgroup: the name of the box's control group.
        doors: file descriptor of a listening socket to port in the box.
    """

    binaries: dict[str, str]
    images: str
    cgroup: str
    doors: dict[int, int]

    def write(self, path: Path) -> None:
        """Keep it in a file."""
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> "Plan":
        """Read it from a file."""
        content = json.loads(path.read_text())
        content["doors"] = {int(key): value for key, value in content["doors"].items()}
        return cls(**content)


def live(folder: Path) -> int:
    """Bring the box up, stay until told to end or until a part fails, and return the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    plan = Plan.read(folder / "plan.json")
    os.environ["PATH"] += ":/usr/local/sbin:/usr/sbin:/sbin"
    ground.lay(folder)
    plane = ControlPlane(
        binaries={name: Path(path) for name, path in plan.binaries.items()},
        folder=folder,
        ports=PORTS,
        bind="0.0.0.0",  # noqa: S104 - of the box
        advertise=ground.GATEWAY,
        etcd_data=Path("/run/etcd"),
    )
    try:
        _start(plane, plan)
    except Broken as broken:
        print(broken, flush=True)
        return 1
    (folder / "ready").touch()
    return _stay(plane.running)


def _start(plane: ControlPlane, plan: Plan) -> None:
    node.start_containerd(plane, Path(plan.images))
    admin = Cluster(plane.start(), plane.binaries["kubectl"])
    kubelet = node.start_kubelet(plane, plan.cgroup)
    node.start_scheduler(plane)
    node.start_proxy(plane)
    dns.start(plane)
    storage.start(plane, plane.folder / "s3", storage.Credentials.read(plane.folder / "s3.json"))
    items = {"apiVersion": "v1", "kind": "List", "items": storage.manifests()}
    admin.kubectl("apply", "-f", "-", stdin=json.dumps(items))
    try:
        admin.kubectl("wait", "--for=condition=Ready", f"node/{ground.NODE}", patience.flag(60))
    except Broken as broken:
        raise Broken(f"{broken}\n{kubelet.tail()}") from broken
    pairs = [f"{descriptor}:{port}" for descriptor, port in plan.doors.items()]
    command = [sys.executable, "-m", "lab.doors", *pairs]
    plane.running.append(processes.start("doors", command, plane.logs, pass_fds=tuple(plan.doors)))


def _stay(parts: list[Component]) -> int:
    """Bury orphans until a part ends, which ends the box: half a cluster misleads."""
    by_pid = {part.process.pid: part for part in parts}
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid in by_pid:
            part = by_pid[pid]
            print(f"{part.name} ended with status {status}\n{part.tail()}", flush=True)
            return 1


if __name__ == "__main__":
    sys.exit(live(Path(sys.argv[1])))
