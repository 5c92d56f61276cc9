"""Two towers: a vector of who asks and for what, and a vector of each item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hone_trainer.models.ads.fields import joined, tower
from hone_trainer.models.generic.widths import usual_dropout
from hone_trainer.models.id_vectors import IdVectors
from hone_trainer.models.model import Model

if TYPE_CHECKING:
    from hone_trainer.dataset.schema import Schema

Units = Annotated[int, Field(ge=1, le=16_384)]
SPREAD = 0.1
"""Standard deviation of fresh vectors."""


class TwoTower(Model):
    """All that a row says of who asks and for what (words, histories, ids, numbers) as one vector,
    against a vector of each item (Covington et al. 2016): the score is their product.

    What a history is made of and what comes next share their vectors where they are the same items.
    The order of a history does not count.
    """

    embedding: Annotated[int, Field(ge=1, le=1024)] = 64
    """Width of the vectors of ids, words and items."""
    layers: Annotated[tuple[Units, ...], Field(min_length=1, max_length=8)] = (128,)
    """Units of each dense layer; what columns say reaches the last one past them too."""
    dropout: Annotated[float, Field(ge=0, lt=1)] | None = None
    """Share of units dropped after each dense layer while training; .1 where nothing is said, .2
    below 20,000 rows."""

    def features(self, inputs: dict[str, Any], schema: Schema, prefix: str = "") -> dict[str, Any]:
        """See ``Model.features``."""
        from hone_trainer.backend.keras import keras
        from hone_trainer.backend.sequence_layers import Codes
        from hone_trainer.rows.tokens import FIRST_KNOWN

        vectors = IdVectors.of(inputs, schema, self.embedding, SPREAD, prefix)
        read = [*vectors.said.values(), *(inputs[field.name] for field in schema.numbers)]
        columns = joined(read, f"{prefix}columns")
        rate = usual_dropout(schema.rows) if self.dropout is None else self.dropout
        deep = tower(columns, self.layers, rate, 0, f"{prefix}query")
        both = keras.layers.Concatenate(name=f"{prefix}both")([columns, deep])
        tied = {field.answers: field for field in schema.ids if field.answers}
        # What is held against vectors of items starts at zero, so that the first answer is the
        # prior; a head with vectors of its own does that by itself.
        start = "zeros" if tied else "glorot_uniform"
        side = keras.layers.Dense(self.embedding, kernel_initializer=start, name=f"{prefix}side")
        found = {"vector": side(both)}
        for target in schema.targets:
            if field := tied.get(target.name):
                name = f"{prefix}codes_{target.name}"
                codes = Codes(FIRST_KNOWN, target.outputs, name=name)(inputs[field.name])
                found[f"items/{prefix}{target.name}"] = vectors.tables[field.table](codes)
        return found
