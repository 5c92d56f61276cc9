"""A click log with a known ceiling: ten id fields, of which pairs matter, and purchases after it.

What a row's chance is comes from how much each value counts, and from vectors of the values of four
pairs of fields; so the figures that nobody can beat are those of the chances themselves.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

ROWS = 290_000
SIZES = {
    "user": 4_000,
    "item": 3_000,
    "publisher": 800,
    "campaign": 400,
    "brand": 250,
    "category": 60,
    "device": 40,
    "hour": 24,
    "weekday": 7,
    "position": 5,
}
PAIRS = (("user", "category"), ("user", "brand"), ("item", "publisher"), ("campaign", "device"))
RANK = 3
ALIKE = 0.6
"""How much of what makes people buy is what made them click."""
SKEW = 0.9
"""Exponent of Zipf's law, by which values are drawn."""
PARTS = {"train": 0.8, "validation": 0.1, "test": 0.1}
Row = tuple[object, ...]


def click_log(seed: int = 23) -> Iterator[Row]:
    """Yield the rows, each with both chances, which no model may read."""
    draw = np.random.default_rng(seed)
    codes = {name: _zipf(draw, size) for name, size in SIZES.items()}
    wanted, own = _logits(draw, codes), _logits(draw, codes)
    clicked, click = _drawn(draw, wanted - 1.6)
    bought, buy = _drawn(draw, ALIKE * wanted + (1 - ALIKE) * own - 1.0)
    part = draw.choice(list(PARTS), size=ROWS, p=list(PARTS.values()))
    yield (*SIZES, "clicked", "bought", "part", "click_chance", "buy_chance")
    values = zip(*codes.values(), strict=True)
    rest = zip(clicked, bought & clicked, part, click, buy, strict=True)
    for ids, (label, after, own, chance, later) in zip(values, rest, strict=True):
        named = (f"{name[0]}{code}" for name, code in zip(SIZES, ids, strict=True))
        yield (*named, int(label), int(after), own, f"{chance:.5f}", f"{later:.5f}")


def _zipf(draw: np.random.Generator, size: int) -> NDArray[np.int64]:
    share = 1 / np.arange(1, size + 1) ** SKEW
    return draw.choice(size, size=ROWS, p=share / share.sum())


def _logits(draw: np.random.Generator, codes: dict[str, NDArray[np.int64]]) -> NDArray[np.float64]:
    """Return how much each row is liked."""
    logits = np.zeros(ROWS)
    for name, size in SIZES.items():
        logits += draw.normal(0, 0.3, size)[codes[name]]
    for one, other in PAIRS:
        left, right = (draw.normal(0, 0.6, (SIZES[name], RANK)) for name in (one, other))
        logits += (left[codes[one]] * right[codes[other]]).sum(1)
    return logits


def _drawn(
    draw: np.random.Generator, logits: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return what came of each row, and how likely it was."""
    chance = 1 / (1 + np.exp(-logits))
    return draw.random(ROWS) < chance, chance
