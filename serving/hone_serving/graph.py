"""The graph of a bundle in one thread: an interpreter for each of a few batch sizes.

A change of the batch size costs as much as eight rows, so rows are padded up to a size that an
interpreter has already; see ``SIZES``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hone_trainer.models.litert import LiteModel

SIZES = (1, 8, 64)
"""Rows of a call; more go through in pieces."""
LARGE = 32 << 20
"""Bytes of a graph from which on there is one interpreter for all sizes: each has its weights."""


class Graph:
    """May be called from one thread at a time."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._models: dict[int, LiteModel] = {}
        self._any_batch = self._of(1).any_batch

    def run(self, features: dict[str, NDArray[np.generic]]) -> dict[str, NDArray[np.generic]]:
        """Return the outputs (rows, …) for rows of features, of which there is at least one."""
        rows = len(next(iter(features.values())))
        size = next((size for size in SIZES if size >= rows), None)
        if size is None or not self._any_batch or len(self._content) > LARGE:
            parts = list(self._of(1 if not self._any_batch else 0).answer(features))
            return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        if size > rows:
            fill = np.minimum(np.arange(size), rows - 1)
            features = {name: values[fill] for name, values in features.items()}
        outputs = self._of(size).call(features, 0, size)
        return {name: values[:rows] for name, values in outputs.items()}

    def _of(self, size: int) -> LiteModel:
        """Return the interpreter of a size; 0 is that of all others."""
        if size not in self._models:
            self._models[size] = LiteModel(self._content)
        return self._models[size]
