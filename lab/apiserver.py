"""Depth 1: a real API server with real controllers and no nodes, for any user, in seconds.

Admission, CEL, RBAC, watches, garbage collection and the Job controller are the real ones; pods
are created and stay Pending. Most of an operator's tests belong here.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab import binaries, probes
from lab.controlplane import ControlPlane, Ports
from lab.faults import Broken

TOOLS = ("etcd", "kube-apiserver", "kube-controller-manager", "kubectl")
_PREFIX = "hone-lab-api-"
_SHM = Path("/dev/shm")  # noqa: S108 - the folder made in it is private


@dataclass(frozen=True)
class Cluster:
    """A cluster that can be talked to.

    Attributes:
        kubeconfig: the file that makes one its administrator.
        binary: the kubectl to talk with.
        plane: what runs it; its `login` makes further users.
    """

    kubeconfig: Path
    binary: Path
    plane: ControlPlane | None = None

    def kubectl(self, *args: str, stdin: str | None = None, check: bool = True) -> str:
        """Run kubectl and return what it printed.

        Args:
            args: the command line after `kubectl`.
            stdin: text for `-f -`.
            check: raise where it fails.

        Raises:
            Broken: it failed; the message has what it said.
        """
        done = subprocess.run(
            [self.binary, "--kubeconfig", self.kubeconfig, *args],
            input=stdin,
            capture_output=True,
            text=True,
        )
        if check and done.returncode:
            raise Broken(f"kubectl {' '.join(args)}: {done.stderr.strip()}")
        return done.stdout


def sweep(parent: Path) -> None:
    """Remove what was left by owners that were killed hard; their processes ended with them.

    Args:
        parent: where the folders are.
    """
    for folder in parent.glob(f"{_PREFIX}[0-9]*-*"):
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if not Path("/proc", owner).exists() and sys.platform == "linux":
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(definitions: Path | None = None) -> Iterator[Cluster]:
    """Run an API server for the length of the block.

    Args:
        definitions: folder of definitions that it knows from the beginning.
    """
    found = binaries.ensure(TOOLS)
    # In memory, where there is such a folder.
    parent = _SHM if os.access(_SHM, os.W_OK) else Path(tempfile.gettempdir())
    sweep(parent)
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=parent))
    plane = ControlPlane(found, folder, Ports(*probes.free_ports(4)))

    def define(kubeconfig: Path) -> None:
        if definitions is not None:
            Cluster(kubeconfig, found["kubectl"]).kubectl("create", "-f", str(definitions))

    try:
        yield Cluster(plane.start(define), found["kubectl"], plane)
    finally:
        plane.stop()
        shutil.rmtree(folder, ignore_errors=True)
