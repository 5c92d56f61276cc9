"""Passes of a sequence column: scatter events by user, then tell each row what came before it.

Training rows are told of training rows alone, so that nothing of held-out rows gets into them;
held-out rows of all that came before, as in serving.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hone_trainer.prepare.hash_partition import BUCKET_ROWS, bucket_of, buckets, gather
from hone_trainer.prepare.pass_context import PassContext
from hone_trainer.prepare.pass_runner import legs_of
from hone_trainer.prepare.passes.clean import WORK as CLEANED
from hone_trainer.rows.block import NO_TIME
from hone_trainer.rows.histories import histories, ranked
from hone_trainer.rows.tokens import hash_words

if TYPE_CHECKING:
    from hone_trainer.columns import Column
    from hone_trainer.columns.sequence import SequenceColumn
    from hone_trainer.prepare.pass_runner import PassRunner
    from hone_trainer.prepare.reading import ReadRows
    from hone_trainer.rows.block import Block
    from hone_trainer.transform.transform import Transform

EVENT = np.dtype(
    [("user", "<u8"), ("time", "<i8"), ("row", "<i8"), ("item", "<i4"), ("part", "i1")]
)
BUCKET_BYTES, ROW_BYTES = 200 << 20, 100
"""What a bucket takes at most, and what an event takes beside its history, in several copies."""


@dataclass(frozen=True)
class Scatter:
    """Leave the events of one block, by bucket of their user."""

    context: PassContext
    transform: Transform
    column: Column
    rows: int

    def __call__(self, index: int) -> dict[str, Any]:
        """Write ``events <column>/<index>.bin``; give where its buckets end, and its last row."""
        context, work = self.context, scattered(self.column)
        block = context.block(CLEANED, index)
        found = _events(self.transform, self.column.value, block)
        count = buckets_for(self.column.value, self.rows)
        owner = bucket_of(found["user"], count)
        order = np.argsort(owner, kind="stable")
        context.scratch.put_bytes(f"{work}/{index:06d}", found[order].tobytes())
        ends = np.cumsum(np.bincount(owner, minlength=count))
        last = int(block.rows[-1]) if len(block) else -1
        return context.scratch.note(work, index, {"ends": ends.tolist(), "last": last})


@dataclass(frozen=True)
class Remember:
    """Return the rows of one bucket their histories."""

    context: PassContext
    column: Column
    ends: tuple[tuple[int, ...], ...]
    """For each block, where its buckets end."""
    last: tuple[int, ...]
    """For each block, the number of its last row; -1 where it has none."""

    def __call__(self, index: int) -> dict[str, Any]:
        """Leave ids by row as ``histories <column>/<index>``; give where blocks end in it."""
        context, work = self.context, remembered(self.column)
        events = gather(context, scattered(self.column), self.ends, index, EVENT)
        events = events[np.argsort(events["row"])]
        length = self.column.value.length
        ids = _histories(events, length)
        training = events["part"] == 0
        ids[training] = _histories(events[training], length)
        context.scratch.put_bytes(f"{work}/{index:06d}", ids.tobytes())
        # An empty block ends where the one before it did.
        last = np.maximum.accumulate(np.array(self.last, np.int64))
        until = np.searchsorted(events["row"], last, side="right")
        return context.scratch.note(work, index, {"ends": until.tolist()})


@dataclass(frozen=True)
class Histories:
    """The histories of all rows, in the scratch; can be pickled."""

    column: Column
    ends: tuple[tuple[int, ...], ...]
    """For each bucket, where blocks end."""

    def beside(self, block: Block, context: PassContext, index: int) -> Block:
        """Return a cleaned block with its histories as a column of lists."""
        length = self.column.value.length
        owner = bucket_of(_users(self.column.value, block), len(self.ends))
        found = np.empty((len(block), length), np.int32)
        row = found.itemsize * length
        wanted = [
            (f"{remembered(self.column)}/{bucket:06d}", row * start, row * ends[index])
            for bucket, ends in enumerate(self.ends)
            for start in [ends[index - 1] if index else 0]
        ]
        for bucket, data in enumerate(context.scratch.slices(wanted)):
            found[owner == bucket] = np.frombuffer(data, np.int32).reshape(-1, length)
        lists = pa.FixedSizeListArray.from_arrays(pa.array(found.ravel()), length)
        return block.put(self.column.name, lists)


def ids_of(column: Column, block: Block) -> NDArray[np.int32]:
    """Return (n, length) the ids that such a column of lists holds."""
    lists = block.table.column(column.name).combine_chunks()
    ids: NDArray[np.int32] = lists.flatten().to_numpy().reshape(-1, column.value.length)
    return ids


def remember(
    context: PassContext, runner: PassRunner, transform: Transform, read: ReadRows
) -> tuple[Histories, ...]:
    """Make the histories of every sequence column."""
    made = []
    columns = [column for column in context.columns if column.kind == "sequence"]
    legs = iter(legs_of("remembering", 2 * len(columns)))
    for column in columns:
        scatter = Scatter(context, transform, column, read.rows)
        found = runner.run(scattered(column), scatter, len(read.blocks), next(legs))
        ends = tuple(tuple(facts["ends"]) for facts in found)
        work = Remember(context, column, ends, tuple(facts["last"] for facts in found))
        count = buckets_for(column.value, read.rows)
        done = runner.run(remembered(column), work, count, next(legs))
        made.append(Histories(column, tuple(tuple(facts["ends"]) for facts in done)))
    return tuple(made)


def buckets_for(words: SequenceColumn, rows: int) -> int:
    """Say in how many buckets so many rows are told what came before them."""
    return buckets(rows, min(BUCKET_ROWS, BUCKET_BYTES // (ROW_BYTES + 16 * words.length)))


def scattered(column: Column) -> str:
    """Name the work of scattering a column's events."""
    return f"events {column.name.encode().hex()}"


def remembered(column: Column) -> str:
    """Name the work of telling rows what came before them."""
    return f"histories {column.name.encode().hex()}"


def _events(transform: Transform, words: SequenceColumn, block: Block) -> NDArray[Any]:
    events = np.empty(len(block), EVENT)
    events["user"] = _users(words, block)
    along = words.along
    timed = block.form(along) == "time"
    events["time"] = block.times(along) if timed else ranked(block.numbers(along))
    events["time"][block.missing(words.by)] = NO_TIME  # nobody's: no history, and in none
    events["row"], events["part"] = block.rows, block.parts
    events["item"] = transform.ids(words.of, block)
    return events


def _users(words: SequenceColumn, block: Block) -> NDArray[np.uint64]:
    texts = block.texts(words.by)
    return np.append(hash_words(texts.words), np.uint64(0))[texts.codes]


def _histories(events: NDArray[Any], length: int) -> NDArray[np.int32]:
    users, times, rows, items = (
        np.ascontiguousarray(events[name]) for name in ("user", "time", "row", "item")
    )
    return histories(users, times, rows, items, length)
