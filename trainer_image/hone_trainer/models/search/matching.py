"""What somebody looks for against what there is: two towers, and what they have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.models.ads.fields import joined, tower
from hone_trainer.models.generic.widths import Units, usual_dropout
from hone_trainer.models.id_vectors import IdVectors
from hone_trainer.models.model import Model
from hone_trainer.models.pretrained.text_encoder import TextEncoder, no_pieces
from hone_trainer.models.search.common_ids import common, near
from hone_trainer.models.search.sides import Sides, divide

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hone_trainer.dataset.schema import Schema
    from hone_trainer.store.artifact_store import ArtifactStore

FIELD = "train.model.search.matching.encoder"
Name = Annotated[str, Field(min_length=1, max_length=63)]
PLACES = 100
"""Draws of a tower."""
SPREAD = 0.1
"""Standard deviation of fresh vectors."""


class Matching(Model):
    """A tower for the query and one for the item, their product, and what they have in common;
    dense layers on all of it, and each item's popularity past them.

    What can be compared is: two texts of which one is ``like`` the other, word by word and piece by
    piece, each counting for as much as is learned of it, and rare ones for more to begin with; and
    a ``sequence`` of an id with that id, such as what somebody bought with what is found. So
    queries are answered that nobody has asked before.
    """

    query: Annotated[tuple[Name, ...], Field(min_length=1, max_length=64)]
    """The columns that say who asks and for what: the words of a search, the user, a history. All
    others describe the item."""
    embedding: Annotated[int, Field(ge=1, le=1024)] = 32
    """Width of the vectors of ids and words, and of what each tower gives."""
    layers: Annotated[tuple[Units, ...], Field(min_length=1, max_length=8)] = (128, 64)
    """Units of each dense layer; that of a tower is as the first."""
    dropout: Annotated[float, Field(ge=0, lt=1)] | None = None
    """Share of units dropped after each dense layer while training; .1 where nothing is said, .2
    below 20,000 rows."""
    encoder: TextEncoder | None = None
    """What reads the texts that ``prepare.columns`` reads in ``pieces``, on both sides; how near a
    query is to an item by it counts beside all else."""

    def check(self, lengths: Mapping[str, int]) -> Iterator[str]:
        """See ``Model.check``."""
        if self.encoder and not any(name.endswith("_pieces") for name in lengths):
            yield no_pieces(FIELD)

    def reads(self, store: ArtifactStore) -> tuple[str, ...]:
        """See ``Model.reads``."""
        return self.encoder.versions(FIELD, store) if self.encoder else ()

    def settled(self, schema: Schema, store: ArtifactStore) -> Self:
        """See ``Model.settled``."""
        if self.encoder is None:
            return self
        return self.model_copy(update={"encoder": self.encoder.sized(FIELD, schema, store)})

    def start(self, schema: Schema, store: ArtifactStore) -> Mapping[str, NDArray[Any]]:
        """See ``Model.start``."""
        return self.encoder.weights(FIELD, schema, store) if self.encoder else {}

    def names(self, columns: frozenset[str]) -> Iterator[str]:
        """See ``Model.names``."""
        try:
            divide(self.query, sorted(columns))
        except StageFailure as failure:
            yield failure.message

    def features(self, inputs: dict[str, Any], schema: Schema, prefix: str = "") -> dict[str, Any]:
        """See ``Model.features``.

        Raises:
            StageFailure: ``query`` names what is no column that is read (ColumnNotFound), or leaves
                none for the item (NothingToMatch).
        """
        from hone_trainer.backend.keras import keras

        sides = Sides.of(self.query, schema)
        encoded = self.encoder.said(inputs, schema, prefix) if self.encoder else {}
        looked_up = IdVectors.of(inputs, schema, self.embedding, SPREAD, prefix, but=encoded)
        vectors = {**looked_up.said, **encoded}
        rate = usual_dropout(schema.rows) if self.dropout is None else self.dropout
        towers = []
        for number, (side, fields) in enumerate((("query", sides.query), ("item", sides.item)), 1):
            read = [vectors.get(field.name, inputs[field.name]) for field in fields]
            columns = joined(read, f"{prefix}{side}_columns")
            deep = tower(columns, self.layers[:1], rate, PLACES * number, f"{prefix}{side}")
            towers.append(keras.layers.Dense(self.embedding, name=f"{prefix}{side}_side")(deep))
        product = keras.layers.Multiply(name=f"{prefix}product")(towers)
        shared = common(inputs, vectors, sides, prefix) + near(encoded, sides, prefix)
        row = joined([*towers, product, *shared], f"{prefix}row")
        deep = tower(row, self.layers, rate, 0, f"{prefix}deep")
        popular = self._popularity(inputs, sides, prefix)
        return {"vector": joined([deep, product, *shared, *popular], f"{prefix}all")}

    def _popularity(self, inputs: dict[str, Any], sides: Sides, prefix: str) -> list[Any]:
        """Return a number for each single id of the item, (batch, 1)."""
        from hone_trainer.backend.keras import keras

        found = []
        for field in sides.item:
            if field.kind == "id" and field.length == 1:
                name = f"{prefix}popularity_{field.name}"
                start = keras.initializers.RandomNormal(stddev=SPREAD)
                numbers = keras.layers.Embedding(field.size, 1, start, name=name)
                flat = keras.layers.Flatten(name=f"{name}_flat")
                found.append(flat(numbers(inputs[field.name])))
        return found
