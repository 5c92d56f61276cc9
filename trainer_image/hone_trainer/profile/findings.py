"""The record of what was found: everything that the page says, for machines."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

from hone_trainer.profile import account as accounts
from hone_trainer.profile.alone import Alone
from hone_trainer.profile.caution import Caution
from hone_trainer.profile.correlations import Correlations
from hone_trainer.profile.distributions import Portrait
from hone_trainer.profile.drift import Rate, Shift
from hone_trainer.profile.gaps import Gaps
from hone_trainer.profile.likeness import Likeness
from hone_trainer.profile.overlaps import Repeats, SharedKey

DIGITS = 6
"""Digits of a figure that are kept: more than anybody reads, fewer than processors differ in."""


@dataclass(frozen=True)
class Findings:
    """What was found in raw rows, what was done to them, and what they are like now.

    Attributes:
        account: what the engine counted over all rows; see ``look``.
        sample: rows looked at: ``before``, ``after``, and each part of what is after.
        whole: whether these are all rows there are.
        columns: each column by itself.
        gaps: where values were missing.
        correlations: how columns go together, on cleaned training rows.
        shifts: how held-out parts differ from the training part.
        rates: how often the first label of the kind 0 or 1 is 1.
        alone: what each column by itself tells of each label, on cleaned validation rows.
        keys: keys that stand in several parts.
        repeats: rows that repeat a training row.
        likenesses: columns with ids that look like others.
        cautions: what a person should know, the worst first.
    """

    account: dict[str, Any]
    sample: dict[str, int]
    whole: bool
    columns: tuple[Portrait, ...]
    gaps: Gaps
    correlations: Correlations
    shifts: tuple[Shift, ...]
    rates: tuple[Rate, ...]
    alone: tuple[Alone, ...]
    keys: tuple[SharedKey, ...]
    repeats: tuple[Repeats, ...]
    likenesses: tuple[Likeness, ...] = ()
    cautions: tuple[Caution, ...] = ()

    def row(self) -> dict[str, Any]:
        """Return the JSON form."""
        row: dict[str, Any] = _plain(asdict(self))
        return row

    def column(self, name: str) -> Portrait:
        """Return a column by its name."""
        return next(column for column in self.columns if column.name == name)

    def missing(self, name: str) -> float:
        """Return share of rows that had no value when they were read: of all rows where known."""
        counted = self.account.get("missing", {}).get(name)
        rows = accounts.readable(self.account)
        if counted is not None and rows > 0:
            return float(counted / rows)
        before = self.column(name).before
        return before.missing / before.rows if before.rows else 0.0


def _plain(value: Any) -> Any:
    """Round figures, and put nothing where one is not a number: JSON has no word for it."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if isfinite(value) else None
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
