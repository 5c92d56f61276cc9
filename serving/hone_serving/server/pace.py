"""How fast a model is: what decides whether it may run where requests are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from hone_serving.server.answering import answer
from hone_serving.server.batcher import MOST
from hone_serving.server.question import Question
from hone_serving.server.served import Served

SLOW = 0.002
"""Seconds of a full batch from which on it goes to a thread: probes and readers wait no longer.
Below it the way to a thread and back, 100 to 200 µs, costs more than it saves."""
ROUNDS = 3


@contextmanager
def place(model: Served, example: Mapping[str, Any]) -> Iterator[Executor | None]:
    """Give the thread in which a model is to run; none where it may run in the event loop.

    It has run there by then: the first run of each size allocates what later ones use.

    Args:
        model: what answers.
        example: a row that it answers.
    """
    with ThreadPoolExecutor(1, "model") as thread:
        if thread.submit(_seconds, model, example).result() > SLOW:
            yield thread
            return
    # The thread is gone, and with it what the model kept for it.
    _seconds(model, example)
    yield None


def _seconds(model: Served, example: Mapping[str, Any]) -> float:
    """Return how long a full batch takes."""
    took = []
    for rows in (1, MOST // 8, *(MOST,) * ROUNDS):
        questions = [Question([example])] * rows
        began = perf_counter()
        answer(model, questions)
        took.append(perf_counter() - began)
    return min(took[-ROUNDS:])
