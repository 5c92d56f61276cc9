"""Sums over what the engine counted, asked for by the page and by the cautions alike.

The account is JSON: ``{"source": [{"uri", "size", "rows", "sha256"}], "beside": [as source, without
rows], "floats": [columns that are read as ids and that the source holds as floats], "rowsIn": n,
"unreadable": n, "rows": {part: n}, "labels": {part: [rows with label 0, with label 1]}, "largest":
{number column: its largest size as a model reads it}, "augmented": n, "steps": [{"name", "text",
"dropped": {why: n}, "changed": {what: {column: n}}, "quarantined": {why: n}, "learned": {…}}],
"missing": {column: n}, "lost": {column: {"unknown": share of pieces, "cut": share of texts}},
"seconds": {what: s}}``.

``inferred`` says of each column of the source, where it was worked out, ``{"name", "kind" (empty
where it is left out), "why"}``. ``beside`` are files that steps compared rows with, or columns are
read by. ``lost`` is of drawn rows. ``rowsIn`` counts every row of the source; ``unreadable`` those
of them that no step has seen; ``rows`` what came out, with the ``augmented`` training rows, which
the source has not. What is left out is nought.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Account = Mapping[str, Any]


def rows_in(account: Account) -> int:
    """Rows of the source."""
    return int(account.get("rowsIn", 0))


def readable(account: Account) -> int:
    """Rows of the source that could be read."""
    return rows_in(account) - int(account.get("unreadable", 0))


def rows_out(account: Account) -> int:
    """Rows of the source that are left in all parts."""
    return int(sum(account.get("rows", {}).values())) - added(account)


def labels(account: Account, part: str) -> tuple[int, int]:
    """Rows of a part with label 0, and with label 1; none where that was not counted."""
    zeros, ones = account.get("labels", {}).get(part, (0, 0))
    return int(zeros), int(ones)


def added(account: Account) -> int:
    """Rows that augmentation made."""
    return int(account.get("augmented", 0))


def dropped(account: Account) -> dict[str, int]:
    """Why -> rows that were dropped, over all steps."""
    return _sum(step.get("dropped", {}) for step in account.get("steps", ()))


def quarantined(account: Account) -> dict[str, int]:
    """Why -> rows that were quarantined, over all steps, unreadable ones included."""
    reasons = [step.get("quarantined", {}) for step in account.get("steps", ())]
    return _sum([{"unreadable": account.get("unreadable", 0)}, *reasons])


def changed(account: Account) -> dict[str, dict[str, int]]:
    """What was done -> column -> values, over all steps; columns without any are left out."""
    total: dict[str, dict[str, int]] = {}
    for step in account.get("steps", ()):
        for what, columns in step.get("changed", {}).items():
            total[what] = _sum([total.get(what, {}), columns])
    return {what: columns for what, columns in total.items() if columns}


def lost(account: Account, what: str) -> dict[str, float]:
    """Column -> share of what no model gets to see of it; columns read otherwise are left out."""
    told = account.get("lost", {})
    return {name: float(shares[what]) for name, shares in told.items() if what in shares}


def _sum(tables: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for table in tables:
        for key, number in table.items():
            if number:
                total[key] = total.get(key, 0) + number
    return total
