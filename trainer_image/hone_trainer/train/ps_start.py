"""How large variables come into being on their servers: as zeros, then filled a few rows at a time.

A random table of half a gigabyte is otherwise drawn in one piece, with as much again for every step
of the arithmetic, and moments are made on the chief and sent: a server peaks at five times what it
holds in the end.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from hone_trainer.backend.keras import tf
from hone_trainer.store.chunked_array import spans
from hone_trainer.train.ps_variables import PARCEL_BYTES, OnServer

LARGE = 32 << 20
"""Bytes from which on a variable is filled in slices."""
FLOAT_BYTES = 4


@contextmanager
def sliced_start() -> Iterator[None]:
    """Make the large variables of the block in slices; inside the scope of a server strategy."""
    drawn: list[tuple[Any, Callable[..., Any]]] = []

    def create(make: Any, **words: Any) -> Any:
        value = words["initial_value"]
        shape = words.get("shape") if callable(value) else getattr(value, "shape", ())
        size = FLOAT_BYTES * math.prod(shape) if shape is not None else 0
        if size < LARGE or not _replaceable(value):
            return make(**words)

        def zeros(partition_shape: Any = None, partition_offset: Any = None) -> Any:  # noqa: ARG001
            return tf.zeros(shape if partition_shape is None else partition_shape)

        variable = make(**{**words, "initial_value": zeros})
        if callable(value):
            drawn.append((variable, value))
        return variable

    with tf.variable_creator_scope(create):
        yield
    for variable, draw in drawn:
        _fill(variable, draw)


def _replaceable(value: Any) -> bool:
    """Say whether it can be drawn in parts, or is nothing but zeros."""
    return callable(value) or not bool(tf.reduce_any(value != 0))


def _fill(variable: Any, draw: Callable[..., Any]) -> None:
    """Draw the rows of a variable, or of the parts that it was cut into.

    Keras's initialisers tell parts apart by their offset, so no two slices are alike.
    """
    before = 0
    for part in getattr(variable, "variables", [variable]):
        chunked = OnServer(part)
        rows, *rest = chunked.shape
        for first, last in spans(chunked, PARCEL_BYTES):
            place = {
                "partition_shape": (last - first, *rest),
                "partition_offset": (before + first, *(0 for _ in rest)),
            }
            with tf.device(part.device):
                chunked.update(first, draw(**place))
        before += rows
