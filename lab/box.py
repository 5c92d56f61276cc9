"""The box: one real node in namespaces of its own, so that the machine stays as it was.

Everything in it hangs on its first process: end that one, and every process, mount, interface and
rule is gone with it, containers included. This file knows where a box is and how to enter it;
`lab.life` begins and ends it.
"""

from dataclasses import dataclass
from pathlib import Path

from lab import binaries, patience, places
from lab.apiserver import Cluster
from lab.census import Resident
from lab.faults import Broken


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
            wait = f"--request-timeout={patience.seconds(5):.0f}s"
            return self.cluster().kubectl("get", "--raw=/readyz", wait) == "ok"
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
