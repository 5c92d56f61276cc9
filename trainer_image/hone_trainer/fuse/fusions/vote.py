"""The plain average of the members' answers, or a count of their votes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hone_trainer.fuse.fusion import Fusion
from hone_trainer.tasks.ballots import Voting

if TYPE_CHECKING:
    from hone_trainer.fuse.fusion import Answered


class Vote(Fusion):
    """The plain average of the members' answers, or a count of their votes."""

    voting: Voting = "soft"
    """What is averaged: what each member says, by its own temperature (soft); the one class that
    each names (hard), where between classes of as many votes the soft answers decide; or one over
    60 and the place of each class or item (ranks: reciprocal-rank fusion, Cormack et al. 2009),
    whatever a member's certainty. What comes of votes says nothing of how sure
    one can be."""

    @property
    def counts(self) -> Voting:
        """See ``Fusion.counts``."""
        return self.voting

    def fit(self, answered: Answered) -> tuple[float, ...]:
        """Return equal shares for all members; nothing is learned."""
        return equal(answered)


def equal(answered: Answered) -> tuple[float, ...]:
    """Return the same share for each member."""
    members = len(answered.members)
    return (1 / members,) * members
