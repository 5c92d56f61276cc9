"""The reference model: an embedding per id column, and an LSTM over the positions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.models.model import Model

if TYPE_CHECKING:
    from hone_trainer.dataset.schema import Schema

UNROLLED = 32
"""Positions up to which the loop is written out: faster on a CPU, and what LiteRT can convert."""


class Lstm(Model):
    """Each id column through an embedding of its own, concatenated position by position, an LSTM
    over the positions.

    The id columns have one length; a single id beside sequences counts at every position. Number
    columns join before the head.
    """

    embedding: Annotated[int, Field(ge=1, le=1024)] = 64
    """Width of each embedding."""
    units: Annotated[int, Field(ge=1, le=1024)] = 64
    """Units of the LSTM."""

    def check(self, lengths: Mapping[str, int]) -> Iterator[str]:
        """See ``Model.check``."""
        if message := _differing(lengths):
            yield message

    def features(self, inputs: dict[str, Any], schema: Schema, prefix: str = "") -> dict[str, Any]:
        """See ``Model.features``."""
        from hone_trainer.backend.keras import keras

        features = [self._sequence(inputs, schema, prefix)] if schema.ids else []
        features += [inputs[field.name] for field in schema.numbers]
        if len(features) > 1:
            features = [keras.layers.Concatenate(name=f"{prefix}features")(features)]
        return {"vector": features[0]}

    def _sequence(self, inputs: dict[str, Any], schema: Schema, prefix: str) -> Any:
        from hone_trainer.backend.keras import keras

        length = _common_length(schema)
        vectors = []
        for field in schema.ids:
            name = f"{prefix}embedding_{field.name}"
            masked = field.length > 1
            table = keras.layers.Embedding(field.size, self.embedding, mask_zero=masked, name=name)
            vector = table(inputs[field.name])
            if field.length < length:
                flat = keras.layers.Flatten(name=f"{name}_flat")(vector)
                vector = keras.layers.RepeatVector(length, name=f"{name}_repeated")(flat)
            vectors.append(vector)
        joined = keras.layers.Concatenate(name=f"{prefix}positions")
        sequence = joined(vectors) if len(vectors) > 1 else vectors[0]
        lstm = keras.layers.LSTM(self.units, unroll=length <= UNROLLED, name=f"{prefix}lstm")
        return lstm(sequence)


def _differing(lengths: Mapping[str, int]) -> str:
    """Say which ids cannot be read together; empty where all can."""
    if not set(lengths.values()) - {1, max(lengths.values(), default=1)}:
        return ""
    told = ", ".join(f"{name}: {length}" for name, length in lengths.items())
    message = f"the lstm model wants sequences of one length, with single ids beside them ({told})"
    remedy = "give length the same value in prepare.columns[].id, text and sequence"
    return f"{message}; {remedy}"


def _common_length(schema: Schema) -> int:
    lengths = {field.name: field.length for field in schema.ids}
    if message := _differing(lengths):
        raise StageFailure("LengthsDiffer", message)
    return max(lengths.values())
