"""What a task learns from training rows, before anything is added to them; and what of a row is
to be predicted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.tasks.described import Described

if TYPE_CHECKING:
    from hone_trainer.rows.row_tensors import RowTensors

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Learned:
    """Facts of a target, from training rows alone: JSON values and small arrays."""

    keys: tuple[str, ...] = ()
    """Class names or item ids, in the order of their codes."""
    counts: Array | None = None
    """(keys,) training weight per key; of two classes, of 0 and 1."""
    center: float = 0.0
    """Of a number: its head works in standard units."""
    scale: float = 1.0
    median: float = 0.0
    prior_shift: float = 0.0
    """Log odds that balancing or sampling added to the positive class; answers are without it."""
    described: Described = field(default_factory=Described)
    """What is known of each key besides."""
    rows: int = 0
    """Training rows that have the target, added ones among them; 0 where nobody counted."""

    @cached_property
    def codes(self) -> dict[str, int]:
        """The code of each key."""
        return {key: code for code, key in enumerate(self.keys)}

    @cached_property
    def known(self) -> int:
        """How many of the keys training rows hold; they come first."""
        if self.counts is None:
            return len(self.keys)
        return int(np.count_nonzero(np.asarray(self.counts) > 0))

    @property
    def frequencies(self) -> Array:
        """Share of each key, (keys,); keys that were never seen count as seen half a time."""
        counts = np.asarray(self.counts, np.float64)
        smoothed = np.maximum(counts, 0.5)
        shares: Array = smoothed / smoothed.sum()
        return shares

    def dump(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "keys": list(self.keys),
            "counts": None if self.counts is None else np.asarray(self.counts).tolist(),
            "center": self.center,
            "scale": self.scale,
            "median": self.median,
            "priorShift": self.prior_shift,
            "described": self.described.dump(),
            "rows": self.rows,
        }

    @classmethod
    def read(cls, row: dict[str, Any]) -> Learned:
        """Read the JSON form."""
        counts = row["counts"]
        return cls(
            tuple(row["keys"]),
            None if counts is None else np.asarray(counts, np.float64),
            row["center"],
            row["scale"],
            row["median"],
            row["priorShift"],
            Described.read(row.get("described", {})),
            row.get("rows", 0),
        )


@dataclass(frozen=True, eq=False)
class Targets:
    """What one head is to predict for some rows: arrays, or tensors of a batch."""

    values: Any
    """(rows,) codes or numbers; (rows, outputs) where they are soft."""
    weight: Any
    """(rows,): 0 for padding and where the row has no such target."""
    lists: Any = None
    """(lists, length) places of rows in the batch, -1 for none; of a ranking only."""
    group: Any = None
    """(rows,) int64: which rows belong together; None where nobody asked."""
    item: Any = None
    """(rows,) codes of what is ranked; None where nobody asked."""
    seen: Any = None
    """(rows, any) codes of items that each row's user has met, -1 for none; None where nobody
    asked."""
    about: int | None = None
    """How many rows weigh anything, about, where many do not and a step alone knows which."""

    def take(self, chosen: Any) -> Targets:
        """Return those of some rows."""
        beside = (self.group, self.item, self.seen)
        taken = (each if each is None else each[chosen] for each in beside)
        return Targets(self.values[chosen], self.weight[chosen], None, *taken)


def joined(targets: Sequence[Targets]) -> Targets:
    """Return the targets of several blocks of rows, one after the other."""
    every = ([e.values, e.weight, e.group, e.item, e.seen] for e in targets)
    columns = zip(*every, strict=True)
    found = (None if column[0] is None else np.concatenate(column) for column in columns)
    values, weight, group, item, seen = found
    return Targets(values, weight, None, group, item, seen)


@dataclass(frozen=True)
class Asked:
    """What an answer depends on besides the model."""

    top: int = 10
    """Classes or items that are named at most."""
    seen: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    """Column of items -> those that each row's user has met."""
    lists: Mapping[str, Array] = field(default_factory=dict)
    """Column -> a number for the list that each row is in."""


@dataclass(frozen=True)
class AskedGraph:
    """What an answer depends on besides the model, where TensorFlow alone gives it."""

    learned: Learned
    calibration: Calibration
    rows: RowTensors
    """Cleaned."""
    histories: Mapping[str, str] = field(default_factory=dict)
    """Column of items -> the one that holds those that each row's user has met."""
    top: int = 10
    """Classes or items that are named at most."""


@dataclass(frozen=True)
class Calibration:
    """What was fitted after training, on rows kept for it, and is applied to every answer."""

    temperature: float = 1.0
    """Logits are divided by it."""
    offset: float = 0.0
    """Added to the logit of the positive class."""
    threshold: float = 0.5
    """Probability from which on a row is decided to be positive."""

    @property
    def moves(self) -> bool:
        """Whether it changes answers, and not decisions alone."""
        return (self.temperature, self.offset) != (1.0, 0.0)

    @property
    def inverse(self) -> Calibration:
        """What takes it off answers again."""
        return Calibration(1 / self.temperature, -self.offset * self.temperature)

    def dump(self) -> dict[str, float]:
        """Return the JSON form."""
        return {
            "temperature": self.temperature,
            "offset": self.offset,
            "threshold": self.threshold,
        }
