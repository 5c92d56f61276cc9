"""The two towers of a bundle in one thread: the vector of a row, against those of all items."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hone_serving.graph import Graph
from hone_trainer.models.item_vectors import ItemVectors


class VectorGraph:
    """May be called from one thread at a time; see ``graph.Graph``. No item is passed over."""

    def __init__(self, content: bytes, items: ItemVectors) -> None:
        self._query, self._items = Graph(content), items

    def run(self, features: dict[str, NDArray[np.generic]]) -> dict[str, NDArray[np.generic]]:
        """Return the outputs (rows, …) for rows of features, of which there is at least one."""
        asked = self._query.run(features)["vector"]
        return {"probabilities": self._items.probabilities(asked)}
