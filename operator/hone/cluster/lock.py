"""What the election asks of a cluster: one record that all operators see, written by turns."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Holding:
    """Who holds the lock, as it is stored."""

    holder: str
    """Name of a process; empty where nobody holds it."""
    seconds: int
    """How long others wait without a sign of life before they take it."""
    address: str = ""
    """Where the holder is reached by the others: host and port; empty where nobody said."""
    transitions: int = 0
    """How often it changed hands."""
    version: str = ""
    """What a conditional write names; changes with every write."""


class Lock(Protocol):
    """The record."""

    async def read(self) -> Holding | None:
        """Return what is stored; None where there is no record yet.

        Raises:
            Unavailable: the cluster does not answer.
        """

    async def write(self, holding: Holding) -> Holding:
        """Store it as a sign of life of its holder, and give it with its new version.

        Args:
            holding: what to store; its version is that of the record to replace, or empty to
                make the first one.

        Raises:
            Conflict: somebody else wrote in between.
            Gone: the record to replace is not there any more.
            Unavailable: the cluster does not answer.
        """
