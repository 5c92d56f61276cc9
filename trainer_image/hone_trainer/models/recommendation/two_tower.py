"""Two towers: a vector of who asks and for what, and a vector of each item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hone_trainer.models.ads.fields import joined, tower
from hone_trainer.models.generic.widths import Units, usual_dropout
from hone_trainer.models.id_vectors import IdVectors
from hone_trainer.models.model import Model

if TYPE_CHECKING:
    from hone_trainer.dataset.schema import Schema, Target
    from hone_trainer.tasks.learned import Array

SPREAD = 0.1
"""Standard deviation of fresh vectors."""
WITHHELD = 0.1
"""Share of items that a step of training knows by what is said of them alone, as new ones are."""


class TwoTower(Model):
    """All that a row says of who asks and for what (words, histories, ids, numbers) as one vector,
    against a vector of each item (Covington et al. 2016): the score is their product.

    What a history is made of and what comes next share their vectors where they are the same items.
    The order of a history does not count. Where ``prepare.items`` says what is known of items, it
    makes a part of their vectors, and all of those of new ones.
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

        vectors = IdVectors.of(inputs, schema, self.embedding, SPREAD, prefix)
        read = [*vectors.said.values(), *(inputs[field.name] for field in schema.numbers)]
        columns = joined(read, f"{prefix}columns")
        rate = usual_dropout(schema.rows) if self.dropout is None else self.dropout
        deep = tower(columns, self.layers, rate, 0, f"{prefix}query")
        both = keras.layers.Concatenate(name=f"{prefix}both")([columns, deep])
        items = {}
        for target in schema.targets:
            if (found := self._items(target, inputs, schema, vectors)) is not None:
                items[f"items/{prefix}{target.name}"] = found
        # What is held against vectors of items starts at zero, so that the first answer is the
        # prior; a head with vectors of its own does that by itself.
        start = "zeros" if items else "glorot_uniform"
        side = keras.layers.Dense(self.embedding, kernel_initializer=start, name=f"{prefix}side")
        return {"vector": side(both), **items}

    def _items(
        self, target: Target, inputs: dict[str, Any], schema: Schema, vectors: IdVectors
    ) -> Any:
        """Return a vector of each output, (outputs, embedding); None where a head has its own."""
        from hone_trainer.backend.keras import keras
        from hone_trainer.backend.sequence_layers import Codes, Constant
        from hone_trainer.rows.tokens import FIRST_KNOWN

        tied = next((field for field in schema.ids if field.answers == target.name), None)
        facts, prefix = target.facts, f"{vectors.prefix}{target.name}_"
        described = facts.described
        if tied is None and not described.fields:
            return None
        any_input = next(iter(inputs.values()))
        withheld = WITHHELD if described.fields else 0.0
        name = f"{prefix}codes"
        codes = Codes(FIRST_KNOWN, target.outputs, facts.known, withheld, name=name)(any_input)
        where = (tied.table, tied.size) if tied else (target.name, FIRST_KNOWN + facts.known)
        ids = vectors.table(*where)(codes)
        if not described.fields:
            return ids
        said = []
        for field in described.fields:
            values = _padded(described.ids[field.name], target.outputs)
            known = Constant(values, name=f"{prefix}{field.name}")(any_input)
            said.append(vectors.look_up(field, known))
        side = keras.layers.Dense(self.embedding, name=f"{prefix}side")
        return keras.layers.Add(name=f"{prefix}items")([ids, side(joined(said, f"{prefix}said"))])


def _padded(ids: Array, outputs: int) -> Array:
    """Return ids (outputs, length): whoever asks how large a model becomes adds keys of which
    nothing is known.
    """
    import numpy as np

    return np.pad(ids, ((0, outputs - len(ids)), (0, 0)))
