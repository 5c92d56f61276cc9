"""This pod's place in its gang, and what has to be right before TensorFlow starts in it."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hone_trainer.contract.assignment import StageFailure

RESOLVE_DEADLINE_S = 900.0
"""How long peers may take to get an address: a node may have to be added for them."""
_LOOPBACK = ("localhost", "127.0.0.1")
_LOST = ("UnavailableError", "AbortedError", "DeadlineExceededError", "InternalError")
_LOST_TEXT = ("Collective", "coordination", "peer", "Connection reset", "remote", "worker")


@dataclass(frozen=True)
class Gang:
    """The pods that work together, as TF_CONFIG lists them.

    Attributes:
        rank: index of this pod over all roles; 0 is the chief.
        addresses: ``host:port`` of all pods, by rank.
    """

    rank: int = 0
    addresses: tuple[str, ...] = ("localhost:0",)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Host names of all pods, by rank."""
        return tuple(address.rpartition(":")[0] for address in self.addresses)

    @property
    def size(self) -> int:
        """Pods of the gang."""
        return len(self.addresses)

    @property
    def chief(self) -> str:
        """``host:port`` of the pod that leads."""
        return self.addresses[0]

    @property
    def address(self) -> str:
        """``host:port`` under which the others reach this pod."""
        return self.addresses[self.rank]

    @property
    def listens(self) -> tuple[str, int]:
        """Interface and port to listen at: loopback stays loopback, a pod has but one other."""
        host, _, port = self.address.rpartition(":")
        return (host if host in _LOOPBACK else "0.0.0.0"), int(port)  # noqa: S104

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Gang:
        """Understand TF_CONFIG; a pod without one is a gang of its own."""
        text = environ.get("TF_CONFIG")
        if not text:
            return cls()
        try:
            config = json.loads(text)
            cluster, mine = config["cluster"], config["task"]
            before = list(cluster)[: list(cluster).index(mine["type"])]
            rank = sum(len(cluster[role]) for role in before) + int(mine["index"])
            addresses = tuple(str(address) for role in cluster for address in cluster[role])
        except (ValueError, KeyError, TypeError) as error:
            message = f"TF_CONFIG cannot be understood: {error!r}"
            raise StageFailure("BadTask", message) from None
        return cls(rank, addresses)

    def await_names(
        self, tell: Callable[[str], None], deadline: float = RESOLVE_DEADLINE_S
    ) -> None:
        """Wait until the names of all peers resolve: a gRPC channel opened earlier stays broken.

        Args:
            tell: told which peers are missing, whenever that changes.
            deadline: seconds.

        Raises:
            StageFailure: ``GangIncomplete``; another attempt may succeed.
        """
        end = time.monotonic() + deadline
        told = 0
        while missing := [host for host in self.hosts if not _resolves(host)]:
            if time.monotonic() > end:
                message = f"no address for {missing[0]} after {deadline:.0f} s"
                raise StageFailure("GangIncomplete", message, retry=True)
            if len(missing) != told:
                told = len(missing)
                tell(f"waiting for {told} of {self.size} pods of the gang")
            time.sleep(0.5)


def lost_peer(error: BaseException) -> bool:
    """Say whether TensorFlow failed because another pod of the gang went away."""
    kind = type(error)
    if not kind.__module__.startswith("tensorflow") or kind.__name__ not in _LOST:
        return False
    return kind.__name__ != "InternalError" or any(hint in str(error) for hint in _LOST_TEXT)


def limit_threads(environ: dict[str, str] | os._Environ[str]) -> None:
    """Have TensorFlow and BLAS use the cores this pod may use, not those of its node."""
    granted = str(cores())
    for name in ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        environ.setdefault(name, granted)
    environ.setdefault("TF_NUM_INTEROP_THREADS", "2")


def cores() -> int:
    """Say how many cores this pod may use."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(there or 1, _quota()))


def _quota() -> int:
    """Return the cores that the control group grants (version 2 or 1), at least one."""
    root = Path("/sys/fs/cgroup")
    try:
        if (root / "cpu.max").exists():
            quota, period = (root / "cpu.max").read_text().split()
        else:
            quota, period = (
                (root / "cpu" / f"cpu.cfs_{n}_us").read_text() for n in ("quota", "period")
            )
        granted = float(quota) / float(period)
    except (OSError, ValueError):
        return 1 << 16
    return max(1, round(granted)) if granted > 0 else 1 << 16


def _resolves(host: str) -> bool:
    try:
        return bool(socket.getaddrinfo(host, None))
    except OSError:
        return False
