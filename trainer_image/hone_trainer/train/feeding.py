"""Which feed a training has: all rows in memory, or as many of them as memory has room for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.blocks import Blocks
from hone_trainer.pod import memory
from hone_trainer.train.feed import Feed, HeldFeed
from hone_trainer.train.streamed_feed import StreamedFeed

if TYPE_CHECKING:
    from hone_trainer.dataset.dataset import Dataset
    from hone_trainer.pod.context import Context
    from hone_trainer.train.train_state import TrainState

SHARE = 2
"""Of a pod's memory, one part in so many is for rows."""
WHOLE, PART = 3, 5
"""How often rows are in memory at worst: as they are read, as arrays, as tensors; and where others
follow, these too as they are read and as arrays."""
FEWEST = 4096
"""Rows of a window, however small the pod."""
REMEDY = "raise resources.limits.memory, or train.members, which divides them"


def open_feed(
    dataset: Dataset,
    member: int = 0,
    members: int = 1,
    window: int | None = None,
    *,
    sequential: bool = False,
) -> Feed:
    """Open the training rows of a member.

    Args:
        dataset: whose rows.
        member: counted from 0.
        members: between which all rows are divided.
        window: rows that are in memory at a time, 0 for all; None for what memory has room for.
        sequential: whether rows that go on from each other may be read at once.

    Raises:
        StageFailure: it has no rows (NoRowsLeft); they are too many for one look (RowsTooLarge).
    """
    blocks = Blocks(dataset, member, members)
    if window is None:
        window = _room(blocks)
    if not window:
        rows = dataset.read("train", member, members)
        return HeldFeed(rows, dataset.schema, sequential=sequential)
    if any(target.how.listed for target in dataset.schema.targets):
        size = blocks.bytes / (1 << 30)
        message = f"rankings want all rows in memory, to find the rows of a list: {size:.1f} GiB"
        raise StageFailure("RowsTooLarge", f"{message}; {REMEDY}")
    return StreamedFeed(blocks, window)


def every_of(dataset: Dataset, feed: Feed, members: int) -> int:
    """Say which of the validation rows are read: every n-th, so that a window has room for them.

    Args:
        dataset: whose rows.
        feed: of a member's training rows.
        members: between which all training rows are divided.
    """
    if not feed.window:
        return 1
    row = dataset.size("train") / members / feed.rows
    return max(1, math.ceil(dataset.size("validation") / row / feed.window))


def require_batch(feed: Feed, batch: int) -> None:
    """Refuse a batch of more units than there are (``BatchTooLarge``)."""
    if feed.counted >= batch:
        return
    what = "lists" if feed.listed else "rows"
    message = f"the member has {feed.counted} training {what}: train.batchSize is larger ({batch})"
    raise StageFailure("BatchTooLarge", f"{message}; lower it")


def agreed(
    feed: Feed,
    state: TrainState,
    dataset: Dataset,
    ctx: Context,
    all_reduce: Any,
    *,
    sequential: bool,
) -> Feed:
    """Return the feed with which all pods of a gang take the rows in one order.

    Args:
        feed: what this pod would take.
        state: of the training, with the window of its checkpoint; before the first step it gets
            the chief's.
        dataset: whose rows.
        ctx: the pod's surroundings.
        all_reduce: sums an array over the gang.
        sequential: whether rows that go on from each other may be read at once.
    """
    if state.step == 0:
        own = float(feed.window) if ctx.chief else 0.0
        state.window = round(float(all_reduce(np.array([own]))[0]))
    if state.window == feed.window:
        return feed
    whose = ctx.task.member, ctx.task.members
    return open_feed(dataset, *whose, state.window, sequential=sequential)


def _room(blocks: Blocks) -> int:
    """Return the rows that a window may have; 0 where all fit."""
    room = memory.most() // SHARE
    if blocks.bytes * WHOLE <= room:
        return 0
    rows = int(blocks.counts.sum())
    return max(FEWEST, int(rows * room / (blocks.bytes * PART)))
