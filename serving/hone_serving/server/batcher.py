"""What has gathered goes through the graph together; nobody waits for a batch to fill.

A window would make every lone request slower by its length. Without one a batch is what came while
the last one ran: one request when the server is idle, many when it is not.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np

from hone_serving.model import Features, Outputs

log = logging.getLogger(__name__)

MOST = 64
"""Rows of a batch; a request that holds more is cut, so that it holds nobody up for long."""
Infer = Callable[[Features], Outputs]
Result = Outputs | Exception


class Waiting(NamedTuple):
    """The features of a request, and who waits for the outputs."""

    features: Features
    rows: int
    future: asyncio.Future[Outputs]


class Batcher:
    """Runs the graph for several requests at once.

    Args:
        infer: runs the graph.
        thread: where it runs; in the event loop where there is none.
        told: is told how many rows each batch has.
    """

    def __init__(
        self,
        infer: Infer,
        thread: Executor | None = None,
        told: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._infer = infer
        self._thread = thread
        self._told = told
        self._waiting: deque[Waiting] = deque()
        self._busy = False

    async def infer(self, features: Features, rows: int) -> Outputs:
        """Return the outputs of a request's rows.

        Raises:
            Exception: whatever the graph raised on these rows alone.
        """
        if rows <= MOST:
            return await self._join(features, rows)
        starts = range(0, rows, MOST)
        pieces = [{name: each[n : n + MOST] for name, each in features.items()} for n in starts]
        sizes = [min(MOST, rows - start) for start in starts]
        return joined(await asyncio.gather(*map(self._join, pieces, sizes)))

    def _join(self, features: Features, rows: int) -> asyncio.Future[Outputs]:
        loop = asyncio.get_running_loop()
        mine = Waiting(features, rows, loop.create_future())
        self._waiting.append(mine)
        if not self._busy:
            self._busy = True
            loop.call_soon(self._next)
        return mine.future

    def _next(self) -> None:
        batch = self._take()
        self._busy = bool(batch)
        if not batch:
            return
        self._told(sum(each.rows for each in batch))
        loop = asyncio.get_running_loop()
        if self._thread is None:
            settle(batch, run(self._infer, batch))
            loop.call_soon(self._next)
            return
        running = loop.run_in_executor(self._thread, run, self._infer, batch)
        running.add_done_callback(lambda done: self._done(batch, done))

    def _done(self, batch: Sequence[Waiting], done: asyncio.Future[list[Result]]) -> None:
        if not done.cancelled():
            settle(batch, done.result())
        self._next()

    def _take(self) -> list[Waiting]:
        """Return the next batch; who has gone meanwhile is left out."""
        batch: list[Waiting] = []
        rows = 0
        while self._waiting:
            first = self._waiting[0]
            if not first.future.done():
                if batch and rows + first.rows > MOST:
                    break
                batch.append(first)
                rows += first.rows
            self._waiting.popleft()
        return batch


def run(infer: Infer, batch: Sequence[Waiting]) -> list[Result]:
    """Return what comes of each request; where it fails together, each has a try of its own."""
    if len(batch) > 1:
        try:
            return split(infer(joined([each.features for each in batch])), batch)
        except Exception:
            log.warning("a batch failed; its requests go one by one", exc_info=True)
    return [_alone(infer, each) for each in batch]


def _alone(infer: Infer, one: Waiting) -> Result:
    try:
        return infer(one.features)
    except Exception as error:
        return error


def joined(pieces: Sequence[Features]) -> Features:
    """Return the rows of several pieces, one after the other."""
    return {name: np.concatenate([each[name] for each in pieces]) for name in pieces[0]}


def split(outputs: Outputs, batch: Sequence[Waiting]) -> list[Result]:
    """Return the outputs of each request."""
    found: list[Result] = []
    start = 0
    for each in batch:
        end = start + each.rows
        found.append({name: values[start:end] for name, values in outputs.items()})
        start = end
    return found


def settle(batch: Sequence[Waiting], results: Sequence[Result]) -> None:
    """Hand out what came of each; whoever is gone gets nothing, and harms nobody."""
    for each, result in zip(batch, results, strict=True):
        if each.future.done():
            continue
        if isinstance(result, Exception):
            each.future.set_exception(result)
        else:
            each.future.set_result(result)
