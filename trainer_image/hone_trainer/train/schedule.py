"""How the learning rate goes over a training, and when one has seen enough. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

Schedule = Literal["constant", "cosine"]

WARM_UP, MOST_WARM_UP = 0.05, 500
"""Share of the steps in which the rate rises, and steps at most."""
LAST = 0.05
"""Share of the rate that is left at the end."""
LEAST_EPOCHS, LEAST_STEPS = 20, 2000
"""A training that nobody gave a patience is never ended before one of these."""
LEAST_PATIENCE, SHARE_OF_BEST = 3, 0.3


UPDATES, LEAST_BATCH, LARGEST_BATCH, LISTS = 200, 64, 4096, 64
"""Steps of an epoch that are aimed at, the batches that are tried for it, and lists of a step."""


def batch_of(units: int, replicas: int, *, listed: bool) -> int:
    """Return how many units a step sees where nobody says: a power of 2 near units / 200.

    Args:
        units: rows that are trained on, or lists.
        replicas: a multiple of these.
        listed: whether units are lists.
    """
    nearest = 2 ** round(math.log2(max(1.0, units / UPDATES)))
    wanted = LISTS if listed else min(max(nearest, LEAST_BATCH), LARGEST_BATCH)
    return min(wanted, units) // replicas * replicas or min(replicas, units)


def factor(schedule: Schedule, step: int, steps: int) -> float:
    """Return what the learning rate is multiplied by at a step.

    Cosine (Loshchilov and Hutter 2017) after a linear rise (Goyal et al. 2017). A function of the
    step alone, so that whoever resumes goes on as before.

    Args:
        schedule: which.
        step: done so far, from 0 on.
        steps: of the whole training, should it not end before.
    """
    if schedule == "constant":
        return 1.0
    rise = min(MOST_WARM_UP, int(WARM_UP * steps))
    if step < rise:
        return (step + 1) / (rise + 1)
    way = (step - rise) / max(1, steps - rise)
    return LAST + (1 - LAST) * (1 + math.cos(math.pi * min(way, 1.0))) / 2


def settled(costs: Sequence[float], step: int, patience: int | None, held: int = 0) -> bool:
    """Say whether a training has seen enough: its cost has not fallen for as long as it may.

    Args:
        costs: of the epochs so far on the validation part.
        step: steps done.
        patience: epochs without a lower cost; worked out where nothing is said, as a share of the
            best epoch's number, and then never within the first steps.
        held: epochs in which not all was trained: none of them is the last, or counts as patience.
    """
    if len(costs) <= held:
        return False
    best = min(range(len(costs)), key=costs.__getitem__) + 1
    if patience is None:
        if len(costs) < LEAST_EPOCHS and step < LEAST_STEPS:
            return False
        patience = max(LEAST_PATIENCE, math.ceil(SHARE_OF_BEST * best))
    return len(costs) - max(best, held) >= patience
