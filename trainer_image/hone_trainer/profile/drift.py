"""How far the held-out parts differ from the training part.

Each column is compared by the population stability index (PSI; Siddiqi 2006), numbers also by the
statistic of Kolmogorov (1933) and Smirnov (1939), and the label by its rate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hone_trainer.profile.groups import group_ends
from hone_trainer.profile.value_counts import Tally
from hone_trainer.rows.block import Block
from hone_trainer.rows.field import PARTS

GROUPS = 10
"""Bins of numbers: tenths of the training part."""
WORDS = 20
"""Words that are a bin each; all others share one."""
DRIFT_PSI = 0.25
"""From here on a population is customarily called another one (Siddiqi 2006)."""
LEAST_ROWS = 0.5
"""Stand in for the rows of an empty bin: without them one row elsewhere could cost infinity."""


@dataclass(frozen=True)
class Shift:
    """A column of a held-out part against the training part.

    Attributes:
        column: its name.
        part: the held-out part.
        psi: population stability index.
        chance: what the index seldom exceeds (once in a thousand times) without any drift.
        ks: greatest distance of the two distribution functions; None for texts.
        unseen: share of the part's words that training rows do not hold; None for numbers.
    """

    column: str
    part: str
    psi: float
    chance: float
    ks: float | None = None
    unseen: float | None = None

    @property
    def drifts(self) -> bool:
        """Whether it is called another population, and not by chance."""
        return self.psi > max(DRIFT_PSI, self.chance)


@dataclass(frozen=True)
class Rate:
    """How often the label is 1 in a part, with the 95 % interval of Wilson (1927)."""

    part: str
    rows: int
    rate: float | None
    low: float | None
    high: float | None


def shift_of_numbers(name: str, block: Block) -> list[Shift]:
    """Compare a number column; parts without rows are left out."""
    values = block.numbers(name)
    sides = [values[block.parts == part] for part in range(len(PARTS))]
    known = [np.sort(side[~np.isnan(side)]) for side in sides]
    edges = group_ends(known[0], GROUPS)
    counts = [
        np.append(np.bincount(np.searchsorted(edges, good), minlength=len(edges) + 1), gone)
        for good, gone in zip(known, (int(np.isnan(side).sum()) for side in sides), strict=True)
    ]
    return [
        Shift(name, PARTS[part], *index(counts[0], counts[part]), ks=ks(known[0], known[part]))
        for part in (1, 2)
        if len(sides[0]) and len(sides[part])
    ]


def shift_of_texts(name: str, block: Block, tally: Tally) -> list[Shift]:
    """Compare a text column; parts without rows are left out."""
    training = tally.counts[0]
    gone = np.bincount(block.parts[block.missing(name)], minlength=len(PARTS))
    rows = np.bincount(block.parts, minlength=len(PARTS))
    common = tally.of_words(tally.top(WORDS, part=0))
    rest = tally.counts.sum(axis=1, keepdims=True) - common.sum(axis=1, keepdims=True)
    bins = np.hstack([common, rest, gone[:, None]])
    new = tally.counts[:, training == 0].sum(axis=1)
    total = tally.counts.sum(axis=1)
    return [
        Shift(
            name,
            PARTS[part],
            *index(bins[0], bins[part]),
            unseen=float(new[part] / total[part]) if total[part] else 0.0,
        )
        for part in (1, 2)
        if rows[0] and rows[part]
    ]


def index(first: NDArray[np.int64], second: NDArray[np.int64]) -> tuple[float, float]:
    """Return the population stability index of two histograms, and what chance alone makes of it.

    Without drift the index over 1/n + 1/m is about chi-squared with a degree less than bins
    (Yurdakul and Naranjo 2020); its upper thousandth is by Wilson and Hilferty (1931).
    """
    used = (first + second) > 0
    n, m = int(first.sum()), int(second.sum())
    if used.sum() < 2 or not n or not m:
        return 0.0, 0.0
    p, q = (np.maximum(c[used], LEAST_ROWS) / c.sum() for c in (first, second))
    free = int(used.sum()) - 1
    edge = 2 / (9 * free)
    upper = free * (1 - edge + 3.0902 * edge**0.5) ** 3
    return float(((p - q) * np.log(p / q)).sum()), (1 / n + 1 / m) * upper


def ks(first: NDArray[np.float64], second: NDArray[np.float64]) -> float | None:
    """Return the greatest distance between two distribution functions.

    Args:
        first: sorted known values.
        second: sorted known values.
    """
    if not len(first) or not len(second):
        return None
    both = np.concatenate([first, second])
    sides = [np.searchsorted(side, both, side="right") / len(side) for side in (first, second)]
    return float(np.abs(sides[0] - sides[1]).max())


def label_rates(name: str, block: Block) -> list[Rate]:
    """Return the rate of the label in each part, over rows that have one."""
    labels = block.numbers(name)
    known = ~np.isnan(labels)
    return [_rate(part, labels[known & (block.parts == index)]) for index, part in enumerate(PARTS)]


def _rate(part: str, labels: NDArray[np.float64]) -> Rate:
    n = len(labels)
    if not n:
        return Rate(part, 0, None, None, None)
    p, z = float((labels > 0.5).mean()), 1.96
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    return Rate(part, n, p, max(0.0, middle - half), min(1.0, middle + half))
