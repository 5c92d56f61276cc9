"""What the ids of each field say, where fields whose ids mean the same share their vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hone_trainer.dataset.schema import Schema


@dataclass(frozen=True)
class IdVectors:
    """The vectors of a data set's ids."""

    tables: dict[str, Any]
    """``Field.table`` -> Keras embedding."""
    said: dict[str, Any]
    """Field -> (batch, width): of several ids, the sum of their vectors over √n."""

    @classmethod
    def of(
        cls, inputs: dict[str, Any], schema: Schema, width: int, spread: float, prefix: str
    ) -> IdVectors:
        """Make the tables, and look the ids of all fields up.

        Args:
            inputs: Keras inputs by column name.
            schema: the columns.
            width: of a vector.
            spread: standard deviation of fresh ones.
            prefix: put before each layer's name.
        """
        from hone_trainer.backend.keras import keras
        from hone_trainer.backend.layers import Bag

        tables: dict[str, Any] = {}
        said = {}
        for field in schema.ids:
            if field.table not in tables:
                start = keras.initializers.RandomNormal(stddev=spread)
                name = f"{prefix}embedding_{field.table}"
                tables[field.table] = keras.layers.Embedding(field.size, width, start, name=name)
            name, ids = f"{prefix}{field.name}_", inputs[field.name]
            vectors = tables[field.table](ids)
            if field.length == 1:
                said[field.name] = keras.layers.Flatten(name=f"{name}flat")(vectors)
            else:
                said[field.name] = Bag(0.5, name=f"{name}bag")([vectors, ids])
        return cls(tables, said)
