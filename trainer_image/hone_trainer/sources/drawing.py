"""What sources that make their rows up share: how they are cut and written.

Each piece is drawn by generators of its own, so that it can be drawn in any pod: the same
parameters give the same rows. Generators are told apart by (seed, piece, stream); a stream is never
0, as numpy takes [7, 1] and [7, 1, 0] for the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hone_trainer.metrics.ranks import share_below
from hone_trainer.rows.block import Texts
from hone_trainer.sources.source import Known, Piece, Rows, RowSource

if TYPE_CHECKING:
    from hone_trainer.columns import Column

Floats = NDArray[np.float64]
DRAWN_ROWS = 1 << 20
"""Rows of a piece, about. Part of what "the same parameters give the same rows" means."""


def pieces(source: RowSource, units: int, size: int = 1) -> tuple[Piece, ...]:
    """Cut what is drawn into pieces, whose ``start`` and ``end`` count units.

    Args:
        source: whose parameters are the version.
        units: what is never cut: rows, users, searches.
        size: rows of a unit.
    """
    step = max(1, DRAWN_ROWS // size)
    name, version = source.called, source.model_dump_json()
    return tuple(
        Piece(name, start, min(start + step, units), version) for start in range(0, units, step)
    )


def number_of(piece: Piece, size: int = 1) -> int:
    """Return which piece it is, from 0."""
    return piece.start // max(1, DRAWN_ROWS // size)


def rows_of(columns: tuple[Column, ...], drawn: Mapping[str, Any], known: Known) -> Rows:
    """Return the wanted columns of what was drawn, with what is known of them."""
    names = [column.name for column in columns]
    table = pa.table({name: drawn[name] for name in names})
    told = {label: figures for label, figures in known.items() if label in names}
    return Rows(table, np.arange(len(table), dtype=np.int64), known=told)


def names(letter: str, numbers: NDArray[Any]) -> Any:
    """Write numbers as names, each once: an Arrow array."""
    known, codes = np.unique(numbers, return_inverse=True)
    words = pa.array(np.char.add(letter, known.astype(str)).astype(object), pa.string())
    return Texts(codes.astype(np.int32), words).array()


def known_of(probability: Floats, truth: NDArray[np.bool_], there: Any = True) -> dict[str, Floats]:
    """Return what rows add to the figures of a model that knows a label's probabilities.

    Args:
        probability: (n,) of the label to be 1.
        truth: (n,) the label.
        there: (n,), whether a row has this label; all have where nothing is said.
    """
    there = np.broadcast_to(there, truth.shape)
    # AUC is a mean over rows with label 1: the share of those with 0 that stand below.
    below = np.full(len(truth), np.nan)
    ones, zeros = there & truth, there & ~truth
    if zeros.any():
        others = probability[zeros]
        below[ones] = share_below(probability[ones], others, np.ones(len(others)))
    return {
        "auc": below,
        "accuracy": np.maximum(probability, 1 - probability),
        "logLoss": entropy(np.stack([probability, 1 - probability])),
    }


def entropy(probabilities: Floats) -> Floats:
    """Return the entropy, in nats, over the first axis."""
    logs = np.log(probabilities, out=np.zeros_like(probabilities), where=probabilities > 0)
    found: Floats = -(probabilities * logs).sum(axis=0)
    return found
