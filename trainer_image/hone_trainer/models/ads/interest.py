"""DIN: of what a user has met, that which matters to the item at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.models.ads.fields import joined, number_vectors, table, tower
from hone_trainer.models.ads.interaction import Interaction
from hone_trainer.models.generic.widths import Units

if TYPE_CHECKING:
    from hone_trainer.dataset.schema import Schema
    from hone_trainer.rows.field import Field as Column


class Interest(Interaction):
    """Each item of a history weighed by what it has to do with the item at hand (DIN, Zhou et al.
    2018); the weights need not sum to 1, so that a strong interest stays strong.

    A ``sequence`` of a column and that column share their vectors. Other sequences count as the
    mean of theirs.
    """

    attention: Annotated[tuple[Units, ...], Field(min_length=1, max_length=4)] = (64, 16)
    """Units of the dense layers that weigh an item of a history."""

    def features(self, inputs: dict[str, Any], schema: Schema, prefix: str = "") -> dict[str, Any]:
        """See ``Model.features``.

        Raises:
            StageFailure: there is no history of any of the ids (NoHistory).
        """
        from hone_trainer.backend.keras import keras
        from hone_trainer.backend.layers import Bag

        if not any(field.of for field in schema.ids):
            message = "the din model weighs what a user has met, and no sequence is made of an id"
            remedy = "add {sequence: {of: …}} to prepare.columns, or choose ads.dcn"
            raise StageFailure("NoHistory", f"{message} that it reads: {remedy}")
        tables = {f.name: table(f, self.embedding, prefix) for f in schema.ids if not f.of}
        vectors = {f.name: tables[f.of or f.name](inputs[f.name]) for f in schema.ids}
        found = []
        for field in schema.ids:
            name, given = f"{prefix}{field.name}_", vectors[field.name]
            if field.of:
                found.append(self._interest(vectors[field.of], given, inputs, field, name))
            elif field.length > 1:
                found.append(Bag(name=f"{name}bag")([given, inputs[field.name]]))
            else:
                found.append(keras.layers.Flatten(name=f"{name}flat")(given))
        found += number_vectors(inputs, schema, self.embedding, prefix)
        row = joined(found, f"{prefix}row")
        deep = tower(row, self.layers, self.rate(schema), 0, f"{prefix}deep")
        return {"vector": joined([row, deep], f"{prefix}both")}

    def _interest(
        self, item: Any, met: Any, inputs: dict[str, Any], field: Column, name: str
    ) -> Any:
        """Return what a history says of an item, (batch, embedding).

        Args:
            item: its vector, (batch, 1, embedding).
            met: those of the history, (batch, length, embedding).
            inputs: Keras inputs by column name.
            field: the history.
            name: before those of its layers.
        """
        from hone_trainer.backend.keras import keras
        from hone_trainer.backend.sequence_layers import Present, WeightedSum

        layers = keras.layers
        flat = layers.Flatten(name=f"{name}item")(item)
        asked = layers.RepeatVector(field.length, name=f"{name}asked")(flat)
        apart = layers.Subtract(name=f"{name}apart")([asked, met])
        alike = layers.Multiply(name=f"{name}alike")([asked, met])
        weight = layers.Concatenate(name=f"{name}both")([asked, met, apart, alike])
        for k, units in enumerate(self.attention):
            weight = layers.Dense(units, "relu", name=f"{name}attention{k}")(weight)
        weight = layers.Dense(1, name=f"{name}weight")(weight)
        present = Present(name=f"{name}present")(inputs[field.name])
        return WeightedSum(name=f"{name}interest")([met, weight, present])
