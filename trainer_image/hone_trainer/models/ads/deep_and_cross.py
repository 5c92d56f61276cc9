"""DCN-v2: layers that multiply a row's fields with each other, beside layers that do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hone_trainer.models.ads.fields import field_vectors, joined, tower
from hone_trainer.models.ads.interaction import Interaction

if TYPE_CHECKING:
    from hone_trainer.dataset.schema import Schema


class DeepAndCross(Interaction):
    """Cross layers, each of which multiplies the row once more with what was found so far, beside
    dense ones (DCN-v2, Wang et al. 2021).
    """

    crosses: Annotated[int, Field(ge=1, le=8)] = 3
    """Cross layers; n of them know products of up to n + 1 fields."""
    rank: Annotated[int, Field(ge=1, le=1024)] | None = None
    """Rank of their matrices; whole where nothing is said."""

    def features(self, inputs: dict[str, Any], schema: Schema, prefix: str = "") -> dict[str, Any]:
        """See ``Model.features``."""
        row = joined(field_vectors(inputs, schema, self.embedding, prefix), f"{prefix}row")
        crossed = row
        for k in range(self.crosses):
            crossed = self._cross(row, crossed, f"{prefix}cross{k}")
        deep = tower(row, self.layers, self.rate(schema), 0, f"{prefix}deep")
        return {"vector": joined([crossed, deep], f"{prefix}both")}

    def _cross(self, row: Any, found: Any, name: str) -> Any:
        """Return row ⊙ (W found + b) + found, all of them (batch, width)."""
        from hone_trainer.backend.keras import keras

        inner = found
        if self.rank is not None:
            inner = keras.layers.Dense(self.rank, use_bias=False, name=f"{name}_narrow")(inner)
        inner = keras.layers.Dense(row.shape[-1], name=name)(inner)
        product = keras.layers.Multiply(name=f"{name}_product")([row, inner])
        return keras.layers.Add(name=f"{name}_sum")([product, found])
