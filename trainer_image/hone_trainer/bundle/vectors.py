"""A vector of each item, and a graph that gives that of a row: the two towers, apart.

Their product and an item's bias is the item's logit. So whoever has an index of vectors can look
the next items up in it, and whoever has none multiplies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hone_trainer.bundle.description import ITEMS, QUERY
from hone_trainer.bundle.proof import CLOSE
from hone_trainer.compress.technique import Technique
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.models.answers import beside
from hone_trainer.models.item_vectors import ItemVectors
from hone_trainer.models.litert import LiteModel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hone_trainer.models.network import Network

REMEDY = "leave vectors out of evaluate.formats"


class QueryAlone(Technique):
    """Keeps what a head of items stands on."""

    def rewrite(self, model: Any) -> Any:
        """Return the Keras model from inputs to ``vector``."""
        from hone_trainer.backend.keras import keras
        from hone_trainer.tasks.head import is_head

        head = next(layer for layer in model.layers if is_head(layer))
        given = head.input
        vector = given[0] if isinstance(given, list) else given
        return keras.Model(model.input, {"vector": vector})


def vectors(network: Network, features: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the two files, shown to answer as the network does.

    Args:
        network: of one model and one target.
        features: of some rows, name -> array.

    Raises:
        StageFailure: it has no such vectors (NoVectors); they say something else (GraphDiffers).
    """
    from hone_trainer.compress.tflite_export import convert

    items = _items(network)
    content = convert(network, (QueryAlone(),))
    graph, first = LiteModel(content), 0
    for here, answers in beside(network, features):
        asked = np.concatenate([part["vector"] for part in graph.answer(dict(here))])
        apart = np.abs(items.probabilities(asked) - answers["probabilities"]).max(initial=0.0)
        if apart > CLOSE:
            message = (
                f"vectors answer rows from {first} on otherwise than the network, by {apart:g}"
            )
            raise StageFailure("GraphDiffers", f"{message}: {REMEDY}, and tell those who make Hone")
        first += len(asked)
    return {QUERY: content, ITEMS: items.pack()}


def _items(network: Network) -> ItemVectors:
    from hone_trainer.backend.keras import keras

    graph = network.assemble().graphs[0]
    heads = list(graph.heads.values())
    if len(network.parts) > 1 or len(heads) > 1 or not hasattr(heads[0].layer, "of_all"):
        message = "the network has no vector of each item: it is several models, or has several"
        why = "targets, or one that is no nextItem, or gives logits as a linear one does"
        raise StageFailure("NoVectors", f"{message} {why}: {REMEDY}")
    head = heads[0]
    if len(head.reads) > 1:
        row = {name: np.zeros((1, *t.shape[1:]), t.dtype.name) for name, t in graph.inputs.items()}
        table = keras.Model(graph.inputs, graph.features[head.reads[1]])(row).numpy()
    else:
        table = head.layer.table.numpy()
    return ItemVectors(head.learned.keys, table, head.layer.bias.numpy())
