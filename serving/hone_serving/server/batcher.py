"""What has gathered is answered together; nobody waits for a batch to fill.

A window would make every lone request slower by its length. Without one a batch is what came while
the last one ran: one request when the server is idle, many when it is not.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import NamedTuple

from hone_serving.model import Answer
from hone_serving.server.question import Question

MOST = 64
"""Rows of a batch; a request that holds more goes alone, in a thread."""
Work = Callable[[Sequence[Question]], list[list[Answer]]]
"""Answers requests, each as if it had come alone."""
Result = list[list[Answer]] | Exception


class Waiting(NamedTuple):
    """A request, and who waits for its answers."""

    question: Question
    future: asyncio.Future[list[Answer]]


class Batcher:
    """Answers several requests at once.

    Args:
        work: answers requests.
        thread: where it does so; in the event loop where there is none.
        beside: where requests are answered that would hold up all others.
        told: is told how many rows each batch has.
    """

    def __init__(
        self,
        work: Work,
        thread: Executor | None,
        beside: Executor,
        told: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._work = work
        self._thread = thread
        self._beside = beside
        self._told = told
        self._waiting: deque[Waiting] = deque()
        self._busy = False

    async def answer(self, question: Question) -> list[Answer]:
        """Return the answers to a request."""
        loop = asyncio.get_running_loop()
        if len(question.rows) > MOST:
            self._told(len(question.rows))
            (found,) = await loop.run_in_executor(self._beside, self._work, [question])
            return found
        mine = Waiting(question, loop.create_future())
        self._waiting.append(mine)
        if not self._busy:
            self._busy = True
            loop.call_soon(self._next)
        return await mine.future

    def _next(self) -> None:
        batch = self._take()
        self._busy = bool(batch)
        if not batch:
            return
        self._told(sum(len(each.question.rows) for each in batch))
        questions = [each.question for each in batch]
        loop = asyncio.get_running_loop()
        if self._thread is None:
            settle(batch, attempt(self._work, questions))
            loop.call_soon(self._next)
            return
        running = loop.run_in_executor(self._thread, attempt, self._work, questions)
        running.add_done_callback(lambda done: self._done(batch, done))

    def _done(self, batch: Sequence[Waiting], done: asyncio.Future[Result]) -> None:
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
                rows += len(first.question.rows)
                if batch and rows > MOST:
                    break
                batch.append(first)
            self._waiting.popleft()
        return batch


def attempt(work: Work, questions: Sequence[Question]) -> Result:
    """Return the answers to requests, or why there are none."""
    try:
        return work(questions)
    except Exception as error:
        return error


def settle(batch: Sequence[Waiting], result: Result) -> None:
    """Hand out what came of a batch; whoever is gone gets nothing, and harms nobody."""
    for number, each in enumerate(batch):
        if each.future.done():
            continue
        if isinstance(result, Exception):
            each.future.set_exception(result)
        else:
            each.future.set_result(result[number])
