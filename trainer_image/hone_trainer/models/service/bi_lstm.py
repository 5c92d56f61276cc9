"""Two LSTMs over words, one from each end (Graves and Schmidhuber 2005)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from hone_trainer.models.service.text_model import TextModel

UNROLLED = 32
"""Positions up to which the loop is written out: faster on a CPU, and what LiteRT can convert."""


class BiLstm(TextModel):
    """The words through an LSTM from either end; the mean of its states sums up the text."""

    units: Annotated[int, Field(ge=1, le=1024)] = 64
    """Units of each LSTM."""

    def read(self, words: Any, present: Any, prefix: str, place: int) -> list[Any]:
        """See ``TextModel.read``."""
        from hone_trainer.backend.keras import keras
        from hone_trainer.backend.layers import Dropout
        from hone_trainer.backend.sequence_layers import MeanOf, Reversed

        words = Dropout(self.dropout, place, name=f"{prefix}dropout")(words)
        found = []
        for name, backwards in ((f"{prefix}forwards", False), (f"{prefix}backwards", True)):
            lstm = keras.layers.LSTM(
                self.units,
                return_sequences=True,
                go_backwards=backwards,
                unroll=words.shape[1] <= UNROLLED,
                name=name,
            )
            states = lstm(words, mask=present)
            if backwards:
                states = Reversed(name=f"{name}_turned")(states)
            found.append(MeanOf(name=f"{name}_mean")([states, present]))
        return found
