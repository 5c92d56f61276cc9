"""A GRU over the positions of a history (GRU4Rec, Hidasi et al. 2016)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from hone_trainer.models.recommendation.history import HistoryModel

UNROLLED = 32
"""Positions up to which the loop is written out: faster on a CPU, and what LiteRT can convert."""


class Gru(HistoryModel):
    """What was met, in its order, through a GRU: its last state sums up the history."""

    units: Annotated[int, Field(ge=1, le=1024)] = 64
    """Units of the GRU."""

    def read(self, positions: Any, present: Any, prefix: str) -> tuple[Any, Any]:
        """See ``HistoryModel.read``."""
        from hone_trainer.backend.keras import keras
        from hone_trainer.backend.layers import Dropout

        positions = Dropout(self.dropout, 0, name=f"{prefix}dropout0")(positions)
        unroll = positions.shape[1] <= UNROLLED
        shape = {"return_sequences": True, "return_state": True, "unroll": unroll}
        layer = keras.layers.GRU(self.units, **shape, name=f"{prefix}gru")
        states, last = layer(positions, mask=present)
        dropout = Dropout(self.dropout, 1, name=f"{prefix}dropout1")
        return dropout(last), dropout(states)
