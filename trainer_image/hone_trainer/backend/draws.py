"""Chance within a step of training: a function of seed and step, not of who computes it.

A layer that draws gets its numbers for the whole global batch and takes those of its own rows, so
one worker and several drop the same units, and a resumed training those of the interrupted one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from hone_trainer.backend.keras import tf


@dataclass(frozen=True)
class Draws:
    """Where the chance of one replica's part of a step comes from."""

    seed: Any
    """(2,) int32: seed of the training and number of the step."""
    first: Any = 0
    """Place of the replica's first row in the global batch."""
    rows: int = 0
    """Rows of the global batch; 0 where the replica has all of them."""
    padding: int = 0
    """Rows behind these, so that all replicas have as many: nothing is drawn for them."""

    def uniform(self, place: int, shape: Any) -> Any:
        """Return numbers in [0, 1) for the replica's rows, float32.

        Args:
            place: tells several draws of one step apart.
            shape: of the replica's rows, as a list; the first is their number.
        """
        salted = self.seed + tf.constant([place * 1_000_003, 0], tf.int32)
        if not self.rows:
            return tf.random.stateless_uniform(shape, salted)
        whole = tf.random.stateless_uniform([self.rows, *shape[1:]], salted)
        if self.padding:
            whole = tf.concat([whole, tf.zeros([self.padding, *shape[1:]])], 0)
        return whole[self.first : self.first + shape[0]]


_open: list[Draws] = []


@contextmanager
def drawing(draws: Draws | None) -> Iterator[None]:
    """Let layers that are called inside draw from here."""
    if draws is None:
        yield
        return
    _open.append(draws)
    try:
        yield
    finally:
        _open.pop()


def current() -> Draws | None:
    """Return where a layer that is called now draws from; None outside a step of training."""
    return _open[-1] if _open else None
