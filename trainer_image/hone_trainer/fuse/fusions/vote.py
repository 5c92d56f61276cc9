"""The plain average of the members' answers, or a count of their votes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from hone_trainer.fuse.fusion import Fusion

if TYPE_CHECKING:
    from hone_trainer.fuse.fusion import Answered


class Vote(Fusion):
    """The plain average of the members' answers, or a count of their votes."""

    voting: Literal["soft", "hard"] = "soft"
    """What is averaged: what each member says, by its own temperature (soft); or the one class that
    each names (hard), where between classes of as many votes the soft answers decide."""

    @property
    def votes(self) -> bool:
        """See ``Fusion.votes``."""
        return self.voting == "hard"

    def fit(self, answered: Answered) -> tuple[float, ...]:
        """Return equal shares for all members; nothing is learned."""
        return equal(answered)


def equal(answered: Answered) -> tuple[float, ...]:
    """Return the same share for each member."""
    members = len(answered.members)
    return (1 / members,) * members
