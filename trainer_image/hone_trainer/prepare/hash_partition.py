"""Rows that are alike, wherever in the source they stand: found bucket by bucket.

Each block leaves the hashes of its rows sorted into buckets by their first bits; whoever takes a
bucket reads that slice of every block's file and sees all rows that could be alike. Two rows that
differ have the same 64-bit hash in one of a few hundred thousand sources of ten million rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hone_trainer.contract.assignment import Store
from hone_trainer.prepare.pass_context import PassContext
from hone_trainer.prepare.scratch import Scratch
from hone_trainer.store.artifact_store import open_store

if TYPE_CHECKING:
    from hone_trainer.clean.step import HashPartition
    from hone_trainer.rows.block import Block

BUCKET_ROWS = 4_000_000
"""Rows of a bucket: with sorting, some 200 MB. Each block has a slice of each bucket, so the fewer
buckets, the fewer and larger slices are read."""
RECORD = np.dtype([("hash", "<u8"), ("row", "<i8"), ("part", "i1")])


def buckets(rows: int, most: int = BUCKET_ROWS) -> int:
    """Say how many buckets of at most about ``most`` rows hold so many; a power of two."""
    return 1 << max(0, -(-rows // most) - 1).bit_length()


def bucket_of(hashes: NDArray[np.uint64], count: int) -> NDArray[np.uint16]:
    """Return the bucket (n,) of each hash: its first bits."""
    bits = count.bit_length() - 1
    if not bits:
        return np.zeros(len(hashes), np.uint16)
    return (hashes >> np.uint64(64 - bits)).astype(np.uint16)


def scatter(step: HashPartition, block: Block, columns: Any, count: int) -> tuple[bytes, list[int]]:
    """Return the records of a block sorted by bucket, and where each bucket ends (records)."""
    hashes = step.keys(block, columns)
    owner = bucket_of(hashes, count)
    order = np.argsort(owner, kind="stable")
    records = np.empty(len(block), RECORD)
    records["hash"], records["row"], records["part"] = (
        hashes[order],
        block.rows[order],
        block.parts[order],
    )
    ends = np.cumsum(np.bincount(owner, minlength=count))
    return records.tobytes(), ends.tolist()


def gather(
    context: PassContext,
    work: str,
    ends: tuple[tuple[int, ...], ...],
    bucket: int,
    record: np.dtype[Any],
) -> NDArray[Any]:
    """Return the records of a bucket, from what each block has scattered.

    Args:
        context: the stage and its places.
        work: under which blocks have left ``<block>.bin``.
        ends: for each block, where its buckets end (records).
        bucket: which one.
        record: what a record is.
    """
    bounds = [((mine[bucket - 1] if bucket else 0), mine[bucket]) for mine in ends]
    found = np.empty(sum(end - start for start, end in bounds), record)
    wanted = [
        (f"{work}/{block:06d}", start * record.itemsize, end * record.itemsize)
        for block, (start, end) in enumerate(bounds)
    ]
    at = 0
    for data in context.scratch.slices(wanted):
        part = np.frombuffer(data, record)
        found[at : at + len(part)] = part
        at += len(part)
    return found


def repeated(records: NDArray[Any], last: bool) -> NDArray[np.int64]:
    """Return the rows to drop, ascending: of equal hashes all but the first of the first part.

    Args:
        records: of ``RECORD``, from all blocks.
        last: keep the last of the source instead of the first, within a part.
    """
    hashes = np.ascontiguousarray(records["hash"])
    inline = np.sort(hashes)
    twice = np.unique(inline[1:][inline[1:] == inline[:-1]])
    if not len(twice):
        return np.zeros(0, np.int64)
    few = records[_among(hashes, twice)]
    row = -few["row"] if last else few["row"]
    few = few[np.lexsort((row, few["part"], few["hash"]))]
    again = np.zeros(len(few), bool)
    again[1:] = few["hash"][1:] == few["hash"][:-1]
    dropped: NDArray[np.int64] = np.sort(few["row"][again])
    return dropped


def _among(hashes: NDArray[np.uint64], few: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the places of hashes (n,) that are among a few sorted ones."""
    # A table of their last bits passes over nearly all others, a thousand times as fast.
    marked = np.zeros(1 << 20, bool)
    marked[few & np.uint64(len(marked) - 1)] = True
    likely = np.flatnonzero(marked[hashes & np.uint64(len(marked) - 1)])
    at = np.minimum(np.searchsorted(few, hashes[likely]), len(few) - 1)
    found: NDArray[np.int64] = likely[few[at] == hashes[likely]]
    return found


@dataclass(frozen=True)
class Dropped:
    """What a seeking step has learned: which rows go, one bit each, in the scratch."""

    path: str

    def of(self, block: Block, context: PassContext) -> NDArray[np.bool_]:
        """Say for each row (n,) of a block whether it goes."""
        bits = _bits(context.settings.model_dump_json(), context.scratch_folder, self.path)
        chosen: NDArray[np.bool_] = (bits[block.rows >> 3] >> (7 - (block.rows & 7))) & 1 != 0
        return chosen

    @classmethod
    def leave(cls, context: PassContext, path: str, rows: int, gone: NDArray[np.int64]) -> Dropped:
        """Write the bits of ``gone`` among ``rows``."""
        bits = np.zeros(rows, np.uint8)
        bits[gone] = 1
        context.scratch.put(path, pa.table({"bits": pa.array(np.packbits(bits))}))
        return cls(path)


@lru_cache(maxsize=4)
def _bits(settings: str, folder: str, path: str) -> NDArray[np.uint8]:
    scratch = Scratch(open_store(Store.model_validate_json(settings)), folder)
    bits: NDArray[np.uint8] = scratch.get(path).column("bits").to_numpy()
    return bits
