"""Rows of which a window is in memory, and the next on its way while steps take the first."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hone_trainer.dataset.dataset import concatenate
from hone_trainer.train.feed import Portion
from hone_trainer.train.units import PADDING
from hone_trainer.train.windows import Window, windows_of

if TYPE_CHECKING:
    from hone_trainer.dataset.blocks import Blocks
    from hone_trainer.dataset.dataset import Rows


@dataclass(frozen=True)
class _Loaded:
    """The rows that steps take while a window is in memory."""

    rows: Rows
    numbers: NDArray[np.int32]
    order: NDArray[np.int32]
    """Places in ``rows``, those first that an earlier window left over."""

    def rest(self, taken: int) -> _Loaded | None:
        """Return what is left behind so many; None where nothing is."""
        if taken >= len(self.order):
            return None
        chosen = self.order[taken:]
        order = np.arange(len(chosen), dtype=np.int32)
        return _Loaded(self.rows.take(chosen), self.numbers[chosen], order)


class StreamedFeed:
    """Rows that memory does not hold all at once; every one of them a unit.

    Args:
        blocks: where they come from.
        window: rows that are in memory at a time. The next ones are there besides while they come.
    """

    length, listed, sequential = 1, False, False

    def __init__(self, blocks: Blocks, window: int) -> None:
        self._blocks, self.window = blocks, window
        self.rows = self.units = self.counted = int(blocks.counts.sum())
        self._reader = ThreadPoolExecutor(1, "rows")
        self._coming: tuple[tuple[int, ...], Future[_Loaded]] | None = None
        self._held: Rows | None = None

    @property
    def held(self) -> Rows:
        """See ``Feed.held``."""
        return self._held or self._blocks.read(int(np.argmax(self._blocks.counts)))

    def portions(self, seed: int, epoch: int, batch: int, first: int) -> Iterator[Portion]:
        """See ``Feed.portions``."""
        windows = self._windows(seed, epoch)
        for k, window in enumerate(windows):
            begin, end = window.before // batch, self._done(window, batch)
            if first >= end:
                continue
            begun = time.monotonic()
            loaded = self._load(windows[: k + 1], batch)
            waited = time.monotonic() - begun
            taken = (end - begin) * batch
            last = k + 1 == len(windows)
            following = self._windows(seed, epoch + 1)[0] if last else windows[k + 1]
            reading = self._reader.submit(self._read, following, loaded.rest(taken))
            self._coming = following.chance, reading
            self._held = loaded.rows
            steps = np.full(taken, PADDING, np.int32)
            real = min(taken, len(loaded.order))
            steps[:real] = loaded.order[:real]
            yield Portion(loaded.rows, loaded.numbers, steps.reshape(-1, batch), begin, waited)
            del loaded

    def _windows(self, seed: int, epoch: int) -> tuple[Window, ...]:
        return windows_of(seed, epoch, self._blocks.counts, self.window)

    def _done(self, window: Window, batch: int) -> int:
        """Return how many steps of the epoch are done when a window is."""
        end = window.before + window.rows
        return -(-end // batch) if end == self.rows else end // batch

    def _load(self, windows: Sequence[Window], batch: int) -> _Loaded:
        """Return the last of some windows, with what steps have yet to take of those before it."""
        coming, self._coming = self._coming, None
        if coming is not None and coming[0] == windows[-1].chance:
            return coming[1].result()  # what it could not read is told here
        left = self._rows_before(windows[:-1], windows[-1].before % batch)
        return self._read(windows[-1], left)

    def _read(self, window: Window, left: _Loaded | None) -> _Loaded:
        blocks = [self._blocks.read(block) for block in window.blocks]
        numbers, order = window.numbers(self._blocks.counts), window.order
        if left is None:
            return _Loaded(concatenate(blocks), numbers, order)
        count = len(left.order)
        return _Loaded(
            concatenate([left.rows, *blocks]),
            np.concatenate([left.numbers, numbers]),
            np.concatenate([left.order, order + np.int32(count)]),
        )

    def _rows_before(self, windows: Sequence[Window], count: int) -> _Loaded | None:
        """Return the last so many rows of some windows."""
        if not count:
            return None
        last = windows[-1]
        missing = max(0, count - last.rows)
        here = self._read(last, self._rows_before(windows[:-1], missing))
        return here.rest(len(here.order) - count)
