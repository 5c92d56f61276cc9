"""The average of the members' answers, weighted on the validation part.

Where an average of answers is a mixture, the shares are the proportions of greatest likelihood,
found by expectation maximisation (Dempster, Laird and Rubin 1977): the log loss of a mixture is
convex in its proportions, every step lowers it, stays on the simplex and needs no step size.
Elsewhere members are taken greedily, with replacement, by the leading figure (Caruana et al. 2004).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hone_trainer.fuse.fusion import Fusion

if TYPE_CHECKING:
    from hone_trainer.fuse.fusion import Answered

ROUNDS = 1000
SETTLED = 1e-6
"""Change of the shares, per round, under which more rounds add nothing."""
PICKS = 25
"""Members that are taken greedily."""


class WeightedAverage(Fusion):
    """The average of the members' answers, weighted by what each is worth on validation."""

    def fit(self, answered: Answered) -> tuple[float, ...]:
        """Minimise the log loss over the shares, or take members greedily by the figure."""
        if answered.task.mixes_in == "mixture":
            return _likeliest(answered)
        return _greediest(answered)


def _likeliest(answered: Answered) -> tuple[float, ...]:
    import numpy as np

    task, targets = answered.task, answered.targets
    # What each member thought of what came true.
    likelihood = np.stack([task.likelihood(targets, member) for member in answered.members])
    likelihood = np.clip(likelihood, 1e-7, 1)
    weight = np.asarray(targets.weight, np.float64)
    shares = np.full(len(likelihood), 1 / len(likelihood))
    for _ in range(ROUNDS):
        credit = likelihood / (shares @ likelihood)
        better = shares * (credit @ weight) / weight.sum()
        moved = np.abs(better - shares).max()
        shares = better
        if moved < SETTLED:
            break
    return tuple(float(share) for share in shares / shares.sum())


def _greediest(answered: Answered) -> tuple[float, ...]:
    import numpy as np

    from hone_trainer.tasks.scoring import score

    task, metric = answered.task, next(answered.task.metrics())
    picks = np.zeros(len(answered.members))
    best: tuple[float, tuple[float, ...]] | None = None
    for _ in range(PICKS):
        tried = []
        for member in range(len(picks)):
            taken = picks + np.eye(len(picks))[member]
            shares = taken / taken.sum()
            value = metric.value(score(task, answered.targets, answered.joint(np.array(shares))))
            tried.append((-value if metric.higher_is_better else value, tuple(shares), member))
        loss, shares_, member = min(tried)
        picks[member] += 1
        if best is None or loss < best[0]:
            best = (loss, shares_)
    if best is None:
        raise ValueError("no member to take")
    return tuple(float(share) for share in best[1])
