"""Dense layers on embeddings and numbers: a behaviour vector, and what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from hone_trainer.models.generic.widths import Units, usual_dropout, width_of
from hone_trainer.models.model import Model

if TYPE_CHECKING:
    from hone_trainer.dataset.schema import Schema
    from hone_trainer.rows.field import Field as Column

SEQUENCE = 64
"""Width of the vectors of a sequence: the mean of many has to tell much."""
SPREAD, SEQUENCE_SPREAD = 0.05, 0.5
"""Standard deviation of fresh vectors, and of those of which a mean is taken: it is far smaller."""
PLACE = 8_000
"""Of the draws of ids left out, behind those of all others in a step."""
FEW = 5_000
"""Training rows below which layers are half as wide."""


class Dense(Model):
    """Vectors of ids, the mean of those of a sequence, and numbers; concatenated; dense layers."""

    layers: Annotated[tuple[Units, ...], Field(min_length=1, max_length=8)] | None = None
    """Units of each layer; 256 and 128 where nothing is said, half of that below 5,000 rows."""
    activation: Literal["relu", "gelu", "swish", "tanh"] = "relu"
    """What follows each layer."""
    dropout: Annotated[float, Field(ge=0, lt=1)] | None = None
    """Share of units dropped after each layer while training; .1 where nothing is said, .2 below
    20,000 rows."""
    embedding: Annotated[int, Field(ge=1, le=1024)] | None = None
    """Width of the vectors of ids. Where nothing is said, by how many ids and rows there are, from
    8 to 64, and 64 for sequences."""

    sequence_dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of the ids of a sequence left out while training (word dropout, Iyyer et al. 2015)."""
    wide: bool = True
    """Whether heads read vectors and numbers past the layers too, as of a wide and deep model: what
    is so of an id or a word alone need not be told by the layers."""

    def features(self, inputs: dict[str, Any], schema: Schema, prefix: str = "") -> dict[str, Any]:
        """See ``Model.features``."""
        from hone_trainer.backend.keras import keras
        from hone_trainer.backend.layers import Dropout

        read = [self._vector(field, inputs, schema, prefix) for field in schema.ids]
        read += [inputs[field.name] for field in schema.numbers]
        vector = columns = read[0]
        if len(read) > 1:
            vector = columns = keras.layers.Concatenate(name=f"{prefix}columns")(read)
        for k, units in enumerate(self._units(schema)):
            layer = keras.layers.Dense(units, self.activation, name=f"{prefix}dense{k}")
            vector = layer(vector)
            vector = Dropout(self._rate(schema), k, name=f"{prefix}dropout{k}")(vector)
        if self.wide:
            vector = keras.layers.Concatenate(name=f"{prefix}wide")([vector, columns])
        return {"vector": vector}

    def _vector(self, field: Column, inputs: dict[str, Any], schema: Schema, prefix: str) -> Any:
        """Return the vectors of a field's ids, (batch, width): of a sequence, their mean."""
        from hone_trainer.backend.keras import keras
        from hone_trainer.backend.layers import Bag
        from hone_trainer.backend.token_dropout import TokenDropout

        name = f"{prefix}embedding_{field.name}"
        usual, spread = SEQUENCE, SEQUENCE_SPREAD
        if field.length == 1:
            usual, spread = width_of(field.size, schema.rows), SPREAD
        start = keras.initializers.RandomNormal(stddev=spread)
        table = keras.layers.Embedding(field.size, self.embedding or usual, start, name=name)
        ids = inputs[field.name]
        if field.length == 1:
            return keras.layers.Flatten(name=f"{name}_flat")(table(ids))
        if self.sequence_dropout:
            place = PLACE + schema.ids.index(field)
            ids = TokenDropout(self.sequence_dropout, place, 0, name=f"{name}_thinned")(ids)
        return Bag(name=f"{name}_bag")([table(ids), ids])

    def _units(self, schema: Schema) -> tuple[int, ...]:
        if self.layers is not None:
            return self.layers
        widest = max(target.outputs for target in schema.targets)
        first, second = (128, 64) if schema.rows < FEW else (256, 128)
        return first, max(second, min(2 * widest, 256)) if widest > 1 else second

    def _rate(self, schema: Schema) -> float:
        return usual_dropout(schema.rows) if self.dropout is None else self.dropout
