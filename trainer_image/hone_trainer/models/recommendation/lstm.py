"""The reference model: an embedding per id column, an LSTM over the positions, one probability."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hone_trainer.stage import Model

if TYPE_CHECKING:
    from hone_trainer.dataset import Schema

UNROLLED = 32
"""Positions up to which the loop is written out: faster on a CPU, and what LiteRT can convert."""


class Lstm(Model):
    """Each id column through an embedding of its own, and an LSTM over all their positions.

    Positions follow each other in the order of the columns. Number columns join before the dense
    unit with a sigmoid.
    """

    embedding: Annotated[int, Field(ge=1, le=1024)] = 64
    """Width of each embedding."""
    units: Annotated[int, Field(ge=1, le=1024)] = 64
    """Units of the LSTM."""

    def outputs(self, inputs: dict[str, Any], schema: Schema, prefix: str = "") -> Any:
        """See ``Model.outputs``."""
        from hone_trainer.keras import keras

        positions = sum(field.length for field in schema.ids)
        features = []
        if positions:
            # Keras joins masks only where every input has one; a single id is never padding.
            masked = any(field.length > 1 for field in schema.ids)
            vectors = [
                keras.layers.Embedding(
                    field.size,
                    self.embedding,
                    mask_zero=masked,
                    name=f"{prefix}embedding_{field.name}",
                )(inputs[field.name])
                for field in schema.ids
            ]
            joined = keras.layers.Concatenate(axis=1, name=f"{prefix}positions")
            sequence = joined(vectors) if len(vectors) > 1 else vectors[0]
            unroll = 1 < positions <= UNROLLED
            lstm = keras.layers.LSTM(self.units, unroll=unroll, name=f"{prefix}lstm")
            features.append(lstm(sequence))
        features += [inputs[field.name] for field in schema.numbers]
        if len(features) > 1:
            features = [keras.layers.Concatenate(name=f"{prefix}features")(features)]
        dense = keras.layers.Dense(1, "sigmoid", name=f"{prefix}probability", dtype="float32")
        return dense(features[0])
