"""What models of crossed fields have in common: one width, and dense layers beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from hone_trainer.models.generic.widths import Units, usual_dropout
from hone_trainer.models.model import Model

if TYPE_CHECKING:
    from hone_trainer.dataset.schema import Schema


class Interaction(Model):
    """A model that multiplies fields: each is a vector of one width."""

    decay: ClassVar[float] = 1.0
    """Most ids of a log have few rows, which vectors else learn by heart in two epochs."""

    embedding: Annotated[int, Field(ge=1, le=1024)] = 16
    """Width of the vector of each field."""
    layers: Annotated[tuple[Units, ...], Field(min_length=1, max_length=8)] = (256, 128)
    """Units of each dense layer."""
    dropout: Annotated[float, Field(ge=0, lt=1)] | None = None
    """Share of units dropped after each dense layer while training; .1 where nothing is said, .2
    below 20,000 rows."""

    def rate(self, schema: Schema) -> float:
        """Return the share that is dropped."""
        return usual_dropout(schema.rows) if self.dropout is None else self.dropout
