"""Which variable goes to which device: tables to the emptiest, all else to the first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from hone_trainer.backend.keras import tf

TALL = 16
"""Rows for each column from which on a matrix is a table, and not a layer's kernel."""


class Placement:
    """One replica whose tables are spread over several devices.

    Stands in for a ``tf.distribute.Strategy``: all but ``scope`` is TensorFlow's default strategy.

    Args:
        devices: names of the devices; the first one computes.
    """

    def __init__(self, devices: Sequence[str]) -> None:
        self._default = tf.distribute.get_strategy()
        self.loads = dict.fromkeys(devices, 0)
        """Device -> bytes of the variables on it."""
        self._places: dict[str, str] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._default, name)

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Place the variables that are made inside."""
        with tf.variable_creator_scope(self._create):
            yield

    def _create(self, create: Any, **words: Any) -> Any:
        shape, name = _shape(words), str(words.get("name") or "")
        # Moments bear the name of their variable behind their own: they belong beside it.
        owner = next((known for known in self._places if name.endswith(f"/{known}")), None)
        device = self._places[owner] if owner else self._choose(shape)
        size = math.prod(shape) * 4
        self.loads[device] += size
        with tf.device(device):
            variable = create(**words)
        if owner is None:
            self._places[variable.name.partition(":")[0]] = device
        return variable

    def _choose(self, shape: Sequence[int]) -> str:
        first = next(iter(self.loads))
        table = len(shape) == 2 and shape[1] > 1 and shape[0] >= TALL * shape[1]
        return min(self.loads, key=lambda device: self.loads[device]) if table else first


def _shape(words: dict[str, Any]) -> tuple[int, ...]:
    shape = words.get("shape")
    if shape is None:
        value = words["initial_value"]
        shape = (value() if callable(value) else tf.convert_to_tensor(value)).shape
    return tuple(int(side) for side in tf.TensorShape(shape))
