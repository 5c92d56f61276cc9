"""Loopback ports that stand for the host names of a gang."""

import hashlib
import socket

from hone.cluster.local_environment import LOOPBACK

FIRST, COUNT = 20_000, 10_000
"""Below the range from which kernels hand out ports to clients."""


class Ports:
    """One port per host name: the same for every pod that asks, as long as the runner lives.

    Host names carry the attempt, and no pod outlives its runner; so no more need be remembered.
    """

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def of(self, host: str) -> int:
        """Return the port of a host; its search begins where the name's digest says."""
        if host not in self._given:
            start = int(hashlib.sha256(host.encode()).hexdigest(), 16)
            taken = set(self._given.values())
            every = (FIRST + (start + step) % COUNT for step in range(COUNT))
            self._given[host] = next(p for p in every if p not in taken and _free(p))
        return self._given[host]


def _free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
