"""How fast a model is: what decides whether its graph may run where requests are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import numpy as np

from hone_serving.model import Features
from hone_serving.server.batcher import MOST
from hone_serving.server.served import Served
from hone_trainer.contract.assignment import StageFailure

SLOW = 0.005
"""Seconds of a full batch from which on it goes to a thread: probes and readers wait no longer.
Below it the way to a thread and back, 100 to 200 µs, costs more than it saves."""
ROUNDS = 3


@contextmanager
def place(model: Served, example: Mapping[str, Any]) -> Iterator[Executor | None]:
    """Give the thread in which the graph is to run; none where it may run in the event loop.

    It has run there by then: the first run of each size allocates what later ones use.

    Args:
        model: whose graph it is.
        example: a row that it answers.
    """
    features = _encoded(model, example)
    if features is None:
        yield None
        return
    with ThreadPoolExecutor(1, "graph") as thread:
        if thread.submit(_seconds, model, features).result() > SLOW:
            yield thread
            return
    # The thread is gone, and with it what the model kept for it.
    _seconds(model, features)
    yield None


def _encoded(model: Served, example: Mapping[str, Any]) -> Features | None:
    try:
        encoded = model.encode([example])
    except StageFailure:
        return None
    return None if encoded.refused else encoded.features


def _seconds(model: Served, features: Features) -> float:
    """Return how long a full batch takes."""
    took = []
    for rows in (1, MOST // 8, *(MOST,) * ROUNDS):
        batch = {name: np.repeat(values, rows, axis=0) for name, values in features.items()}
        began = perf_counter()
        model.infer(batch)
        took.append(perf_counter() - began)
    return min(took[-ROUNDS:])
