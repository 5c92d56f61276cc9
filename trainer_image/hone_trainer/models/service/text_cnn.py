"""Convolutions over words (TextCNN, Kim 2014)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from hone_trainer.models.service.text_model import TextModel


class TextCnn(TextModel):
    """For each width of a window, filters that say how much the text has of something, wherever it
    stands.
    """

    filters: Annotated[int, Field(ge=1, le=4096)] = 128
    """Filters of each width."""
    windows: Annotated[
        tuple[Annotated[int, Field(ge=1, le=16)], ...], Field(min_length=1, max_length=8)
    ] = (2, 3)
    """Words that a filter looks at side by side."""

    def read(self, words: Any, present: Any, prefix: str, place: int) -> list[Any]:  # noqa: ARG002
        """See ``TextModel.read``."""
        from hone_trainer.backend.keras import keras
        from hone_trainer.backend.sequence_layers import LargestOf, Visible

        words = Visible(name=f"{prefix}visible")([words, present])
        found = []
        for k, width in enumerate(self.windows):
            layer = keras.layers.Conv1D(
                self.filters, width, padding="same", activation="relu", name=f"{prefix}window{k}"
            )
            found.append(LargestOf(name=f"{prefix}largest{k}")([layer(words), present]))
        return found
