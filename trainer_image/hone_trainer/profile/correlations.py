"""How columns go together, two at a time.

Numbers by Pearson's r and by Spearman's (1904), texts of few words by Cramér's V with the
correction of Bergsma (2013), a text and a number by the correlation ratio with that of Kelley
(1935). All but the first two are between 0 and 1. A pair is judged on rows that have both values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hone_trainer.metrics.scores import midranks
from hone_trainer.rows.block import Block

FEW = 50
"""Most words of a text that is compared."""
LEAST_ROWS = 10
"""A pair with fewer rows in common is not judged."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Correlations:
    """Every pair of columns.

    Attributes:
        rows: rows that were looked at.
        columns: numbers, then texts of few words.
        numbers: how many of the columns are numbers; the label is one.
        linear: Pearson's r of numbers; V or the correlation ratio of others. None where one of the
            two columns is constant.
        ranked: the same with Spearman's r.
    """

    rows: int
    columns: tuple[str, ...]
    numbers: int
    linear: tuple[tuple[float | None, ...], ...]
    ranked: tuple[tuple[float | None, ...], ...]

    def measure(self, i: int, j: int) -> str:
        """Say by what a pair is judged."""
        texts = (i >= self.numbers) + (j >= self.numbers)
        return ("r", "correlation ratio", "Cramér's V")[texts]

    def pairs(self) -> Iterator[tuple[str, str, float, str]]:
        """Return (column, column, figure, measure), the strongest pair first."""
        found = [
            (self.columns[i], self.columns[j], _stronger(a, b), self.measure(i, j))
            for i in range(len(self.columns))
            for j in range(i)
            if (a := self.linear[i][j]) is not None and (b := self.ranked[i][j]) is not None
        ]
        yield from sorted(found, key=lambda pair: -abs(pair[2]))


def correlate(block: Block, numbers: tuple[str, ...], texts: tuple[str, ...]) -> Correlations:
    """Compare every two columns.

    Args:
        block: some ten thousand rows.
        numbers: number columns.
        texts: text columns; those of many words are left out.
    """
    values = [block.numbers(name) for name in numbers]
    coded = {name: few for name in texts if (few := _few(block, name)) is not None}
    words = list(coded.values())
    mixed = np.array([[_ratio(codes, v) for v in values] for codes in words])
    mixed = mixed.reshape(len(words), len(values))
    alike = np.full((len(words), len(words)), np.nan)
    for i, first in enumerate(words):
        for j, second in enumerate(words[: i + 1]):
            alike[i, j] = alike[j, i] = _cramer(first, second)
    linear, ranked = (
        np.block([[_pearson(columns), mixed.T], [mixed, alike]])
        for columns in (values, [_ranks(v) for v in values])
    )
    names = (*numbers, *coded)
    return Correlations(len(block), names, len(numbers), _rows(linear), _rows(ranked))


def _pearson(columns: list[Floats]) -> Floats:
    """Return r of every two columns over the rows that have both."""
    if not columns:
        return np.zeros((0, 0))
    stacked = np.column_stack(columns)
    known = ~np.isnan(stacked)
    filled = np.column_stack([_standard(column) for column in columns])
    mask = known.astype(np.float64)
    n, sums, squares = mask.T @ mask, filled.T @ mask, (filled**2).T @ mask
    with np.errstate(all="ignore"):
        mean = sums / n
        spread = np.maximum(squares / n - mean**2, 0)
        spread[spread < 1e-12] = 0
        r: Floats = (filled.T @ filled / n - mean * mean.T) / np.sqrt(spread * spread.T)
    r[(n < LEAST_ROWS) | ~np.isfinite(r)] = np.nan
    return np.clip(r, -1, 1)


def _standard(column: Floats) -> Floats:
    """Return a column with mean 0 and deviation 1, and 0 where it is missing."""
    known = column[~np.isnan(column)]
    if not len(known):
        return np.zeros_like(column)
    unit = float(np.abs(known).max()) or 1.0
    scaled = column / unit
    middle, spread = float((known / unit).mean()), float((known / unit).std())
    if spread < 1e-12:
        return np.zeros_like(column)
    return np.nan_to_num((scaled - middle) / spread)


def _ranks(column: Floats) -> Floats:
    known = ~np.isnan(column)
    ranks = np.full_like(column, np.nan)
    ranks[known] = midranks(column[known])
    return ranks


def _few(block: Block, name: str) -> NDArray[np.int64] | None:
    """Return a text as codes without gaps, -1 where missing; None where it has many words."""
    codes = block.texts(name).codes
    used, tight = np.unique(codes, return_inverse=True)
    lacking = int(len(used) > 0 and used[0] < 0)
    if not 1 <= len(used) - lacking <= FEW:
        return None
    return tight.astype(np.int64) - lacking


def _ratio(codes: NDArray[np.int64], values: Floats) -> float:
    """Return the correlation ratio of a text and a number."""
    both = (codes >= 0) & ~np.isnan(values)
    codes, values = codes[both], _standard(values[both])
    counts = np.bincount(codes)
    groups, n = int((counts > 0).sum()), len(values)
    total = float((values**2).sum()) - float(values.sum()) ** 2 / max(n, 1)
    if n < LEAST_ROWS or groups < 2 or n <= groups or total < 1e-9:
        return float("nan")
    sums = np.bincount(codes, values)[counts > 0]
    between = float((sums**2 / counts[counts > 0]).sum()) - float(values.sum()) ** 2 / n
    corrected = 1 - (1 - between / total) * (n - 1) / (n - groups)
    return float(np.sqrt(np.clip(corrected, 0, 1)))


def _cramer(first: NDArray[np.int64], second: NDArray[np.int64]) -> float:
    """Return Cramér's V of two texts."""
    both = (first >= 0) & (second >= 0)
    n = int(both.sum())
    if n < LEAST_ROWS:
        return float("nan")
    width = int(second.max()) + 1
    cells = np.bincount(first[both] * width + second[both], minlength=width)
    cells = np.append(cells, np.zeros(-len(cells) % width, cells.dtype)).reshape(-1, width)
    cells = cells[cells.sum(axis=1) > 0][:, cells.sum(axis=0) > 0].astype(np.float64)
    rows, columns = cells.shape
    if rows < 2 or columns < 2:
        return float("nan")
    expected = np.outer(cells.sum(axis=1), cells.sum(axis=0)) / n
    phi = float(((cells - expected) ** 2 / expected).sum()) / n
    phi = max(0.0, phi - (rows - 1) * (columns - 1) / (n - 1))
    least = min(k - (k - 1) ** 2 / (n - 1) - 1 for k in (rows, columns))
    return float(np.sqrt(min(1.0, phi / least))) if least > 0 else float("nan")


def _stronger(first: float, second: float) -> float:
    return first if abs(first) >= abs(second) else second


def _rows(matrix: Floats) -> tuple[tuple[float | None, ...], ...]:
    return tuple(tuple(None if v != v else float(v) for v in row) for row in matrix)
