"""What the ids of each field say, where fields whose ids mean the same share their vectors."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hone_trainer.dataset.schema import Schema
    from hone_trainer.rows.field import Field


@dataclass(frozen=True)
class IdVectors:
    """The vectors of a data set's ids."""

    tables: dict[str, Any]
    """``Field.table`` -> Keras embedding."""
    said: dict[str, Any]
    """Field -> (batch, width): of several ids, the sum of their vectors over √n."""
    width: int
    spread: float
    """Standard deviation of fresh vectors."""
    prefix: str
    """Put before each layer's name."""

    @classmethod
    def of(
        cls,
        inputs: dict[str, Any],
        schema: Schema,
        width: int,
        spread: float,
        prefix: str,
        but: Container[str] = (),
    ) -> IdVectors:
        """Make the tables, and look the ids of all fields up.

        Args:
            inputs: Keras inputs by column name.
            schema: the columns.
            width: of a vector.
            spread: standard deviation of fresh ones.
            prefix: put before each layer's name.
            but: fields that are left out.
        """
        made = cls({}, {}, width, spread, prefix)
        for field in schema.ids:
            if field.name not in but:
                made.said[field.name] = made.look_up(field, inputs[field.name])
        return made

    def look_up(self, field: Field, ids: Any) -> Any:
        """Return what ids (batch, length) of a field say."""
        from hone_trainer.backend.keras import keras
        from hone_trainer.backend.layers import Bag

        name, vectors = f"{self.prefix}{field.name}_", self.table(field.table, field.size)(ids)
        if field.length == 1:
            return keras.layers.Flatten(name=f"{name}flat")(vectors)
        return Bag(0.5, name=f"{name}bag")([vectors, ids])

    def table(self, name: str, size: int) -> Any:
        """Return the table of a name, made where it is new."""
        from hone_trainer.backend.keras import keras

        if name not in self.tables:
            start = keras.initializers.RandomNormal(stddev=self.spread)
            layer = f"{self.prefix}embedding_{name}"
            self.tables[name] = keras.layers.Embedding(size, self.width, start, name=layer)
        return self.tables[name]
