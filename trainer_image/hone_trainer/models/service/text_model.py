"""What models of texts have in common: words in their order, and pieces of them in a bag."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.models.model import Model

if TYPE_CHECKING:
    from hone_trainer.dataset.schema import Schema
    from hone_trainer.rows.field import Field as Column

PLACE = 2_000
"""Of the first field's draws, behind those of all others in a step."""
THINNED = 99
"""Of a field's hundred draws, that of words left out."""
SPREAD = 0.05
"""Standard deviation of fresh vectors."""


class TextModel(Model):
    """Words in their order, read in a way of its own; hashed pieces and pairs of words as a sum of
    their vectors over √n; single ids and numbers beside them.
    """

    embedding: Annotated[int, Field(ge=1, le=1024)] = 48
    """Width of the vectors of words."""
    hashed: Annotated[int, Field(ge=1, le=1024)] = 32
    """Width of those of hashed pieces and pairs."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.3
    """Share of units dropped while training."""
    word_dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Share of words taken for unseen while training (word dropout, Iyyer et al. 2015)."""
    piece_dropout: Annotated[float, Field(ge=0, lt=1)] = 0.3
    """Share of hashed pieces and pairs left out while training."""

    def read(self, words: Any, present: Any, prefix: str, place: int) -> list[Any]:
        """Return what a text says by the order of its words, (batch, any width) each.

        Args:
            words: their vectors, (batch, length, embedding).
            present: where there is a word, (batch, length); padding is at the front.
            prefix: put before each layer's name.
            place: tells its draws apart from those of others; the next hundred are its own.
        """
        raise NotImplementedError

    def check(self, lengths: Mapping[str, int]) -> Iterator[str]:
        """See ``Model.check``."""
        if message := _unreadable(lengths.values()):
            yield message

    def features(self, inputs: dict[str, Any], schema: Schema, prefix: str = "") -> dict[str, Any]:
        """See ``Model.features``."""
        from hone_trainer.backend.keras import keras
        from hone_trainer.backend.layers import Dropout

        if message := _unreadable([field.length for field in schema.ids]):
            raise StageFailure("NothingInOrder", message)
        found = self.texts(inputs, schema, prefix)
        found += [inputs[field.name] for field in schema.numbers]
        vector = found[0]
        if len(found) > 1:
            vector = keras.layers.Concatenate(name=f"{prefix}text")(found)
        return {"vector": Dropout(self.dropout, 0, name=f"{prefix}dropout")(vector)}

    def texts(self, inputs: dict[str, Any], schema: Schema, prefix: str) -> list[Any]:
        """Return what ids say, (batch, any width) each; see ``features``."""
        told = (
            self.told(field, inputs[field.name], schema, prefix, PLACE + 100 * k)
            for k, field in enumerate(schema.ids)
        )
        return [each for several in told for each in several]

    def told(self, field: Column, ids: Any, schema: Schema, prefix: str, place: int) -> list[Any]:
        """Return what the ids of one field say, by vectors of its own."""
        from hone_trainer.backend.keras import keras
        from hone_trainer.backend.sequence_layers import Present

        name = f"{prefix}{field.name}_"
        if field.length > 1:
            ids = self._thinned(field, ids, name, place + THINNED)
        vectors = self._table(field, schema, prefix)(ids)
        if field.length == 1:
            return [keras.layers.Flatten(name=f"{name}flat")(vectors)]
        if field.hashed:
            return [_bag(vectors, ids, name)]
        present = Present(name=f"{name}present")(ids)
        return self.read(vectors, present, name, place)

    def _thinned(self, field: Column, ids: Any, name: str, place: int) -> Any:
        """Return ids of which some are left out while training."""
        from hone_trainer.backend.token_dropout import TokenDropout
        from hone_trainer.rows.tokens import PADDING, UNSEEN

        rate = self.piece_dropout if field.hashed else self.word_dropout
        instead = PADDING if field.hashed else UNSEEN
        return TokenDropout(rate, place, instead, name=f"{name}thinned")(ids) if rate else ids

    def _table(self, field: Column, schema: Schema, prefix: str) -> Any:
        from hone_trainer.backend.keras import keras
        from hone_trainer.models.generic.widths import width_of

        width = self.hashed if field.hashed else self.embedding
        if field.length == 1:
            width = width_of(field.size, schema.rows)
        start = keras.initializers.RandomNormal(stddev=SPREAD)
        name = f"{prefix}embedding_{field.name}"
        return keras.layers.Embedding(field.size, width, start, name=name)


def _bag(vectors: Any, ids: Any, name: str) -> Any:
    from hone_trainer.backend.layers import Bag

    return Bag(0.5, name=f"{name}bag")([vectors, ids])


def _unreadable(lengths: Any) -> str:
    """Say why such ids are no text; empty where they may be one."""
    if any(length > 1 for length in lengths):
        return ""
    remedy = "add a text to prepare.columns, or read this data by a generic model"
    return f"models of texts want words in an order, and no column has any: {remedy}"
