"""The reference model: an embedding per id column, an LSTM over the positions, one probability."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hone_trainer.stage import Model

if TYPE_CHECKING:
    from hone_trainer.dataset import Schema


class Lstm(Model):
    """Each id column through an embedding of its own, concatenated position by position, an LSTM
    over the positions, a dense unit with a sigmoid. Number columns join before the dense unit."""

    embedding: Annotated[int, Field(ge=1, le=1024)] = 64
    """Width of each embedding."""
    units: Annotated[int, Field(ge=1, le=1024)] = 64
    """Units of the LSTM."""
