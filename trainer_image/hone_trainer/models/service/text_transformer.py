"""A small transformer over words."""

from __future__ import annotations

from typing import Any

from hone_trainer.models.attention import TINY, Blocks, Shape, block
from hone_trainer.models.service.text_model import TextModel


class TextTransformer(TextModel, Blocks):
    """The words through blocks of attention and dense layers; their mean sums up the text."""

    def read(self, words: Any, present: Any, prefix: str, place: int) -> list[Any]:
        """See ``TextModel.read``."""
        from hone_trainer.backend.keras import keras
        from hone_trainer.backend.layers import Dropout
        from hone_trainer.backend.sequence_layers import MeanOf, Positions

        stream = Positions(name=f"{prefix}where")(words)
        stream = Dropout(self.dropout, place, name=f"{prefix}dropout")(stream)
        for k in range(self.blocks):
            drawn = place + 2 * k + 1
            shape = Shape(self.embedding, self.heads, self.dropout, drawn, causal=False)
            stream, _ = block(stream, present, shape, f"{prefix}block{k}_")
        stream = keras.layers.LayerNormalization(epsilon=TINY, name=f"{prefix}norm")(stream)
        return [MeanOf(name=f"{prefix}mean")([stream, present])]
