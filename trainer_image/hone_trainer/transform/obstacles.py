"""What keeps the way from raw rows to a model from being TensorFlow's own operations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hone_trainer.clean import AnyCleaning
    from hone_trainer.columns import Column

REMEDY = "leave savedModel out of evaluate.formats and serve with `hone serve`, or leave that out"


def obstacles(columns: Iterable[Column], steps: Iterable[AnyCleaning]) -> Iterator[str]:
    """Yield what cannot be a graph, each with the reason; known before anything is read.

    Args:
        columns: those that take part.
        steps: of cleaning; those that compare rows with each other say nothing of one that comes
            alone, and are in no way.
    """
    for column in columns:
        if why := column.value.no_graph:
            yield f"prepare.columns: {column.name!r}, of kind {column.kind}: {why}: {REMEDY}"
    for number, step in enumerate(steps):
        if not step.value.seeks and (why := step.value.no_graph):
            yield f"prepare.clean[{number}], {step.kind}: {why}: {REMEDY}"
