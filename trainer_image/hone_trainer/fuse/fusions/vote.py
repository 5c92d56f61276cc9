"""The plain average of the members' answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hone_trainer.fuse.fusion import Fusion

if TYPE_CHECKING:
    from hone_trainer.fuse.fusion import Answered


class Vote(Fusion):
    """The plain average of the members' answers."""

    def fit(self, answered: Answered) -> tuple[float, ...]:
        """Return equal shares for all members; nothing is learned."""
        members = len(answered.members)
        return (1 / members,) * members
