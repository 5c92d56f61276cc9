"""A .tflite model at work: answers to many rows, and the time that one row takes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.store.chunked_array import Array

Outputs = dict[str, NDArray[np.float32]]
"""Output name -> array (rows, …)."""
Signature = dict[str, tuple[str, tuple[int, ...]]]
BATCH = 512
"""Rows per call where the model takes any number: the activations stay in the cache."""


class LiteModel:
    """A LiteRT interpreter, fed by column name.

    A model of dynamic batch gets many rows at once. One of fixed batch may hold recurrent state
    that would leak from one row into the next: it gets single rows and is reset before each.
    """

    def __init__(self, content: bytes, threads: int = 1) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self._interpreter: Any = Interpreter(model_content=content, num_threads=threads)
        self._inputs = {_column(d["name"]): d for d in self._interpreter.get_input_details()}
        self._outputs = _outputs(self._interpreter)
        self.any_batch: bool = all(d["shape_signature"][0] == -1 for d in self._inputs.values())
        self._rows = 1
        self._interpreter.allocate_tensors()

    def signature(self) -> tuple[Signature, Signature]:
        """Return inputs and outputs: name -> (type, shape), -1 for the rows."""
        inputs = {name: _told(detail) for name, detail in self._inputs.items()}
        named = self._interpreter.get_signature_runner().get_output_details()
        return inputs, {name: _told(detail) for name, detail in named.items()}

    def answer(self, features: dict[str, Array]) -> Iterator[Outputs]:
        """Yield the outputs by name for all rows of the features, a few rows at a time."""
        rows = len(next(iter(features.values())))
        step = BATCH if self.any_batch else 1
        for start in range(0, rows, step):
            yield self.call(features, start, min(start + step, rows))

    def call(self, features: dict[str, Array], start: int, stop: int) -> Outputs:
        """Return the outputs for a slice of the rows, in one invocation."""
        interpreter = self._interpreter
        if stop - start != self._rows:
            self._resize(stop - start)
        if not self.any_batch:
            interpreter.reset_all_variables()
        for name, tensor in self._inputs.items():
            interpreter.set_tensor(tensor["index"], features[name][start:stop])
        interpreter.invoke()
        return {name: interpreter.get_tensor(index) for name, index in self._outputs.items()}

    def _resize(self, rows: int) -> None:
        for tensor in self._inputs.values():
            shape = [rows, *tensor["shape_signature"][1:]]
            self._interpreter.resize_tensor_input(tensor["index"], shape)
        self._interpreter.allocate_tensors()
        self._rows = rows


@dataclass(frozen=True)
class Latency:
    """What one row costs, in microseconds: half of the calls and 95 % of them took no longer."""

    p50: float
    p95: float


def race(
    models: Sequence[LiteModel], features: dict[str, Array], rounds: int = 20, calls: int = 100
) -> tuple[Latency, ...]:
    """Time single-row calls of several models in turns, so that a busy machine is fair to all.

    A call is what a server pays: inputs in, invoke, output out.

    Args:
        models: what is compared.
        features: rows to ask about, taken in turn.
        rounds: turns that each model gets.
        calls: calls per turn; the first tenth of every turn warms the caches and is not counted.
    """
    rows = len(next(iter(features.values())))
    spent: list[list[int]] = [[] for _ in models]
    for turn in range(rounds):
        for model, times in zip(models, spent, strict=True):
            for k in range(calls):
                row = (turn * calls + k) % rows
                begin = time.perf_counter_ns()
                model.call(features, row, row + 1)
                if k >= calls // 10:
                    times.append(time.perf_counter_ns() - begin)
    return tuple(Latency(*(np.percentile(times, (50, 95)) / 1000).tolist()) for times in spent)


def _outputs(interpreter: Any) -> dict[str, int]:
    """Return the tensor of each output by its name.

    The runner that knows them holds the interpreter, which may not be resized meanwhile.
    """
    details = interpreter.get_signature_runner().get_output_details()
    return {name: detail["index"] for name, detail in details.items()}


def _told(detail: dict[str, Any]) -> tuple[str, tuple[int, ...]]:
    shape = detail.get("shape_signature", detail["shape"])
    return np.dtype(detail["dtype"]).name, (-1, *(int(each) for each in shape[1:]))


def _column(tensor: str) -> str:
    """Return column of an input tensor, which the converter calls serving_default_<column>:0."""
    return tensor.removeprefix("serving_default_").rpartition(":")[0]
