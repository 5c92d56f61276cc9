"""Raw rows to what a model reads: the steps that prepared training rows, without their company.

What preparation would have put aside is refused with the same reason. Steps that compare rows with
each other, as those that seek duplicates, say nothing of a row that comes alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.rows.tokens import Tokens, codes_of, positions
from hone_trainer.transform.raw_rows import RawRows

if TYPE_CHECKING:
    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Block
    from hone_trainer.transform.transform import Step, Transform


@dataclass(frozen=True)
class EncodedRows:
    """Rows as a model reads them."""

    count: int
    """Rows that were given."""
    features: dict[str, NDArray[np.generic]]
    """Plain name -> ids (n, length) int32, numbers (n, 1) float32, of those that can be read."""
    block: Block
    """The same rows, cleaned; ``Block.rows`` tells which of the given ones they are."""
    histories: Mapping[str, Tokens]
    """Sequence column -> the ids of each of the given rows."""
    refused: Mapping[int, str]
    """Row -> why it cannot be answered."""

    def met(self, column: str) -> list[list[str]]:
        """Return the ids that a sequence column holds, of each row that is answered."""
        tokens = self.histories[column].of_rows(self.block.rows.astype(np.int32))
        words = tokens.words.take(tokens.codes).to_pylist() if len(tokens.codes) else []
        bounds = zip(tokens.starts.tolist(), tokens.ends.tolist(), strict=True)
        return [words[start:end] for start, end in bounds]


def encode(transform: Transform, rows: Any) -> EncodedRows:
    """Clean and encode rows.

    Args:
        transform: what was learned.
        rows: a list of dicts, a dict of lists, an Arrow table or a data frame, with the columns
            that training read. What a dict lacks is missing. A sequence is a list of ids, the last
            one the latest. Other columns are passed over.

    Raises:
        StageFailure: RowsUnreadable, ColumnNotFound, WrongColumnKind.
    """
    raw = RawRows(rows)
    derived = [column for column in transform.read if column.value.derived]
    histories = {column.name: raw.histories(column) for column in derived}
    given = [column for column in transform.columns if not column.value.derived]
    block = raw.block(given, transform.absent)
    for step in transform.steps:
        block = _clean(step, block, transform.columns, raw.refused)
    block = _complete(block, given, raw.refused)
    ready = {column.name: _ids(transform, column, histories, block) for column in derived}
    features = transform.encode(block, ready)
    for name, values in features.items():
        if values.ndim == 1:
            features[name] = values.reshape(-1, 1)
    return EncodedRows(len(raw), features, block, histories, raw.refused)


def _ids(
    transform: Transform, column: Column, histories: dict[str, Tokens], block: Block
) -> NDArray[np.int32]:
    found = histories[column.name]
    codes = codes_of(found.words, transform.learned_of(column))
    return positions(found, codes, column.value.length, block.rows.astype(np.int32))


def _clean(step: Step, block: Block, columns: tuple[Column, ...], refused: dict[int, str]) -> Block:
    """Return the rows that a step leaves, and note why it took the others."""
    if not len(block):
        return block
    cleaned = step.step.value.apply(block, step.learned, columns)
    if len(cleaned.block) < len(block):
        gone = ~np.isin(block.rows, cleaned.block.rows)
        for row in block.rows[gone].tolist():
            alone = step.step.value.apply(block.keep(block.rows == row), step.learned, columns)
            refused[row] = next(_reasons(alone))
    left: Block = cleaned.block
    return left


def _reasons(cleaned: Any) -> Any:
    yield from (why for why, count in cleaned.dropped.items() if count)
    yield from (f"not so: {rule}" for rule, rows in cleaned.quarantined.items() if len(rows))


def _complete(block: Block, columns: list[Column], refused: dict[int, str]) -> Block:
    """Return the rows that have a value of all that a model reads."""
    for column in columns:
        if not column.value.whole:
            continue
        if block.lacks(column.name):
            gaps = block.missing(column.name)
            for row in block.rows[gaps].tolist():
                refused[row] = f"no {column.name}: every training row had one; give it"
            block = block.keep(~gaps)
    return block
