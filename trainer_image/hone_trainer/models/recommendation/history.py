"""What models of histories have in common: positions with vectors, and one vector that sums up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.models.model import Model

if TYPE_CHECKING:
    from hone_trainer.dataset.schema import Schema
    from hone_trainer.rows.field import Field as Column

SPREAD = 0.02
"""Standard deviation of fresh vectors."""


class HistoryModel(Model):
    """The vectors of sequences of ids, summed position by position, and what a way to read them
    makes of these; single ids and numbers join behind it.

    Items that a model has met and those that it may answer with share their vectors (tied weights,
    Press and Wolf 2017), where ``nextItem`` predicts what a sequence is made of.
    """

    embedding: Annotated[int, Field(ge=1, le=1024)] = 64
    """Width of the vectors of ids, and of what sums up a history."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.2
    """Share of units dropped while training."""

    def read(self, positions: Any, present: Any, prefix: str) -> tuple[Any, Any]:
        """Return what sums up histories, (batch, width), and what sums up those that end at each
        position, (batch, length, width): what comes later plays no part in it.

        Args:
            positions: their vectors, (batch, length, embedding).
            present: where there is anything, (batch, length); padding is at the front.
            prefix: put before each layer's name.
        """
        raise NotImplementedError

    def check(self, lengths: Mapping[str, int]) -> Iterator[str]:
        """See ``Model.check``."""
        if message := _unreadable(lengths):
            yield message

    def sequential(self, schema: Schema) -> bool:  # noqa: ARG002
        """See ``Model.sequential``."""
        return True

    def features(self, inputs: dict[str, Any], schema: Schema, prefix: str = "") -> dict[str, Any]:
        """See ``Model.features``."""
        from hone_trainer.backend.keras import keras
        from hone_trainer.backend.sequence_layers import Codes, Present
        from hone_trainer.rows.tokens import FIRST_KNOWN

        if message := _unreadable({field.name: field.length for field in schema.ids}):
            raise StageFailure("LengthsDiffer", message)
        sequences = [field for field in schema.ids if field.length > 1]
        tables = {field.name: self._table(field, prefix) for field in schema.ids}
        vectors = {name: table(inputs[name]) for name, table in tables.items()}
        several = [vectors[field.name] for field in sequences]
        positions = several[0]
        if len(several) > 1:
            positions = keras.layers.Add(name=f"{prefix}positions")(several)
        present = Present(name=f"{prefix}present")(inputs[sequences[0].name])
        last, every = self.read(positions, present, prefix)
        tied = {field.answers: field for field in sequences if field.answers}
        # What is held against vectors of items starts at zero, so that the first answer is the
        # prior; a head with weights of its own does that by itself.
        start = "zeros" if tied else "glorot_uniform"
        summary = keras.layers.Dense(
            self.embedding, kernel_initializer=start, name=f"{prefix}summary"
        )
        if beside := self._beside(vectors, inputs, schema, prefix):
            again = [keras.layers.RepeatVector(every.shape[1])(each) for each in beside]
            last = keras.layers.Concatenate(name=f"{prefix}columns")([last, *beside])
            every = keras.layers.Concatenate(name=f"{prefix}every_columns")([every, *again])
        found = {"vector": summary(last), "vectors": summary(every)}
        for target in schema.targets:
            if field := tied.get(target.name):
                name = f"{prefix}codes_{target.name}"
                known = target.facts.known
                codes = Codes(FIRST_KNOWN, target.outputs, known, name=name)(inputs[field.name])
                found[f"items/{prefix}{target.name}"] = tables[field.name](codes)
        return found

    def _table(self, field: Column, prefix: str) -> Any:
        from hone_trainer.backend.keras import keras

        start = keras.initializers.RandomNormal(stddev=SPREAD)
        name = f"{prefix}embedding_{field.name}"
        return keras.layers.Embedding(field.size, self.embedding, start, name=name)

    def _beside(
        self, vectors: dict[str, Any], inputs: dict[str, Any], schema: Schema, prefix: str
    ) -> list[Any]:
        """Return the single ids and the numbers of rows, (batch, width) each."""
        from hone_trainer.backend.keras import keras

        flat = keras.layers.Flatten
        single = [
            flat(name=f"{prefix}embedding_{field.name}_flat")(vectors[field.name])
            for field in schema.ids
            if field.length == 1
        ]
        return single + [inputs[field.name] for field in schema.numbers]


def _unreadable(lengths: Mapping[str, int]) -> str:
    """Say why such ids cannot be read together; empty where they can."""
    longer = {length for length in lengths.values() if length > 1}
    told = ", ".join(f"{name}: {length}" for name, length in lengths.items()) or "none"
    if not longer:
        message = f"models of histories want a sequence of ids; there is none ({told})"
        return f"{message}: add a sequence to prepare.columns, or give an id its length"
    if len(longer) > 1:
        message = f"models of histories want sequences of one length ({told})"
        return f"{message}: give length the same value in prepare.columns[].id, text and sequence"
    return ""
