"""Figures of the segments of a column: a model may be good on average and bad where it matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.dataset import TABLES, TRANSFORM
from hone_trainer.transform.saving import restore

if TYPE_CHECKING:
    from hone_trainer.dataset.dataset import Dataset, Rows
    from hone_trainer.metrics.metric import Estimate
    from hone_trainer.metrics.scored import Scored
    from hone_trainer.tasks.learned import Targets
    from hone_trainer.tasks.task import Task

MOST = 20
"""Segments that are told, those of the most rows first."""


def codes_of(data: Dataset, rows: Rows, column: str) -> tuple[NDArray[np.int32], list[str]]:
    """Return the segment of each row, (rows,), and the name of each segment.

    Raises:
        StageFailure: the column has no segments (SegmentsUnknown).
    """
    field = next((field for field in data.schema.ids if field.source == column), None)
    if field is None or field.length > 1 or field.hashed:
        message = f"evaluate.by names {column!r}, which is no id column of length 1 with a"
        raise StageFailure("SegmentsUnknown", f"{message} vocabulary: name another")
    transform = restore(data.fetch(TRANSFORM), data.fetch(TABLES))
    known = transform.learned[column]["known"]
    codes = rows.features[field.name].reshape(-1).astype(np.int32)
    return codes, [*(_free(name, known) for name in ("missing", "unseen")), *known]


def _free(name: str, known: list[str]) -> str:
    """Return a name that no value has."""
    while name in known:
        name = f"({name})"
    return name


def by_segment(
    task: Task, targets: Targets, scored: Scored, codes: NDArray[np.int32], names: list[str]
) -> dict[str, tuple[int, Estimate]]:
    """Return rows and leading figure of each segment, those of the most rows first."""
    metric = next(task.metrics())
    units = codes if scored.unit is None else _of_units(targets, codes)
    counts = np.bincount(codes, minlength=len(names))
    chosen = [code for code in np.argsort(-counts, kind="stable")[:MOST] if counts[code]]
    return {
        names[code]: (int(counts[code]), metric.estimate(scored.where(units == code)))
        for code in chosen
    }


def _of_units(targets: Targets, codes: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the segment of each list: that of its first row."""
    kept = np.asarray(targets.weight) > 0
    _, first = np.unique(np.asarray(targets.group)[kept], return_index=True)
    return codes[kept][first]
