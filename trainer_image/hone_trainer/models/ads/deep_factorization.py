"""DeepFM: a factorisation machine, beside dense layers on the same vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hone_trainer.models.ads.fields import field_vectors, joined, tower
from hone_trainer.models.ads.interaction import Interaction

if TYPE_CHECKING:
    from hone_trainer.dataset.schema import Schema


class DeepFactorization(Interaction):
    """The products of all pairs of fields, beside a weight for each and dense layers (DeepFM, Guo
    et al. 2017). Heads weigh the products by the place in the vector (as in Neural FM, He and Chua
    2017): their plain sum is one case of it.
    """

    def features(self, inputs: dict[str, Any], schema: Schema, prefix: str = "") -> dict[str, Any]:
        """See ``Model.features``."""
        vectors = field_vectors(inputs, schema, self.embedding, prefix)
        row = joined(vectors, f"{prefix}row")
        deep = tower(row, self.layers, self.rate(schema), 0, f"{prefix}deep")
        # A weight for each id is a weight for its vector: heads read the vectors themselves.
        parts = [row, deep]
        if len(vectors) > 1:
            parts.append(_pairs(vectors, f"{prefix}pairs"))
        return {"vector": joined(parts, f"{prefix}all")}


def _pairs(vectors: list[Any], name: str) -> Any:
    """Return the sum of the products of all pairs, (batch, width).

    It is half of what the square of the sum has over the sum of the squares (Rendle 2010).
    """
    from hone_trainer.backend.keras import keras

    def squared(tensor: Any, told: str) -> Any:
        return keras.layers.Multiply(name=f"{name}_{told}")([tensor, tensor])

    total = keras.layers.Add(name=f"{name}_total")(vectors)
    squares = [squared(each, f"square{k}") for k, each in enumerate(vectors)]
    apart = keras.layers.Add(name=f"{name}_squares")(squares)
    rest = keras.layers.Subtract(name=f"{name}_rest")([squared(total, "whole"), apart])
    return keras.layers.Rescaling(0.5, name=name)(rest)
