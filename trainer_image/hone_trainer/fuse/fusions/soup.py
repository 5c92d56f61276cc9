"""The average of the members' weights: one model, at the cost of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from hone_trainer.fuse.fusion import Fusion
from hone_trainer.fuse.fusions.vote import equal

if TYPE_CHECKING:
    from hone_trainer.fuse.fusion import Answered


class Soup(Fusion):
    """The average of the members' weights (a model soup, Wortsman et al. 2022). They have to be of
    one architecture and trained from one start, as by ``train.startFrom``: weights that began
    apart mean nothing to each other, and are refused.
    """

    choice: Literal["greedy", "uniform"] = "greedy"
    """Members are taken from the best on, each where the average is no worse with it; or all."""

    def fit(self, answered: Answered) -> tuple[float, ...]:
        """Return equal shares: what the members' answers are worth together is told beside."""
        return equal(answered)
