"""A causal transformer over the positions of a history (SASRec, Kang and McAuley 2018)."""

from __future__ import annotations

from typing import Any

from hone_trainer.models.attention import TINY, Blocks, Shape, block
from hone_trainer.models.recommendation.history import HistoryModel


class Transformer(HistoryModel, Blocks):
    """What was met through blocks of attention and dense layers; the last position sums up the
    history.
    """

    def read(self, positions: Any, present: Any, prefix: str) -> tuple[Any, Any]:
        """See ``HistoryModel.read``."""
        from hone_trainer.backend.keras import keras
        from hone_trainer.backend.layers import Dropout
        from hone_trainer.backend.sequence_layers import Positions

        stream = Positions(name=f"{prefix}when")(positions)
        stream = Dropout(self.dropout, 0, name=f"{prefix}dropout0")(stream)
        last = stream
        for k in range(self.blocks):
            shape = Shape(self.embedding, self.heads, self.dropout, 10 * (k + 1), causal=True)
            stream, last = block(stream, present, shape, f"{prefix}block{k}_")
        norm = keras.layers.LayerNormalization(epsilon=TINY, name=f"{prefix}norm")
        return keras.layers.Flatten(name=f"{prefix}last")(norm(last)), norm(stream)
