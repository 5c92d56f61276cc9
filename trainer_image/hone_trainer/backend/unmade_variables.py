"""Variables of which only shape and name are asked for: none of them takes any memory.

A model is built to see how it is made; its tables may be larger than the pod.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hone_trainer.backend.keras import tf


@contextmanager
def unmade() -> Iterator[None]:
    """Give variables that are made inside no value, and draw none."""
    from tensorflow.python.ops.resource_variable_ops import UninitializedVariable

    def create(make: Any, **words: Any) -> Any:
        if not callable(words["initial_value"]):
            return make(**words)
        known = {name: words.get(name) for name in ("shape", "dtype", "name", "trainable")}
        return UninitializedVariable(**known)

    with tf.variable_creator_scope(create):
        yield
