"""FinalMLP: two streams of dense layers that look at a row differently, and their product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hone_trainer.models.ads.fields import field_vectors, joined, tower
from hone_trainer.models.ads.interaction import Interaction

if TYPE_CHECKING:
    from hone_trainer.dataset.schema import Schema


class TwoStreams(Interaction):
    """Two streams of dense layers, each behind gates of its own that say which fields it looks at,
    and their product (FinalMLP, Mao et al. 2023).
    """

    gate: Annotated[int, Field(ge=1, le=1024)] = 64
    """Units of the layer that makes the gates."""

    def features(self, inputs: dict[str, Any], schema: Schema, prefix: str = "") -> dict[str, Any]:
        """See ``Model.features``."""
        from hone_trainer.backend.keras import keras

        row = joined(field_vectors(inputs, schema, self.embedding, prefix), f"{prefix}row")
        rate, depth = self.rate(schema), len(self.layers)
        first, second = (
            tower(self._gated(row, f"{prefix}gate{k}"), self.layers, rate, k * depth, name)
            for k, name in enumerate((f"{prefix}first", f"{prefix}second"))
        )
        # The head's weights make of this product the bilinear form of the paper.
        turned = keras.layers.Dense(self.layers[-1], use_bias=False, name=f"{prefix}turn")(first)
        product = keras.layers.Multiply(name=f"{prefix}product")([turned, second])
        return {"vector": joined([first, second, product], f"{prefix}all")}

    def _gated(self, row: Any, name: str) -> Any:
        """Return the row times gates between 0 and 2 that were made of it."""
        from hone_trainer.backend.keras import keras

        inner = keras.layers.Dense(self.gate, "relu", name=f"{name}_hidden")(row)
        gates = keras.layers.Dense(row.shape[-1], "sigmoid", name=name)(inner)
        doubled = keras.layers.Rescaling(2.0, name=f"{name}_doubled")(gates)
        return keras.layers.Multiply(name=f"{name}_gated")([row, doubled])
