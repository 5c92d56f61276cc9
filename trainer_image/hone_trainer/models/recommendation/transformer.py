"""A causal transformer over the positions of a history (SASRec, Kang and McAuley 2018)."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from hone_trainer.contract.spec import Rule
from hone_trainer.models.recommendation.history import HistoryModel

INNER = 4
"""Units between the dense layers of a block, for each of its width."""


class Transformer(HistoryModel):
    """What was met through blocks of attention and dense layers, each behind a normalisation
    (pre-norm, Xiong et al. 2020); the last position sums up the history.
    """

    rules = (
        Rule("self.embedding % self.heads == 0", "heads: must divide embedding without rest"),
    )

    blocks: Annotated[int, Field(ge=1, le=12)] = 2
    """Blocks of attention and dense layers."""
    heads: Annotated[int, Field(ge=1, le=32)] = 2
    """Ways to look at the history side by side; embedding is a multiple of it."""

    @model_validator(mode="after")
    def _divides(self) -> Self:
        if self.embedding % self.heads:
            raise ValueError("heads: must divide embedding without rest")
        return self

    def read(self, positions: Any, present: Any, prefix: str) -> Any:
        """See ``HistoryModel.read``."""
        from hone_trainer.backend.keras import keras
        from hone_trainer.backend.layers import Dropout
        from hone_trainer.backend.sequence_layers import Positions

        stream = Positions(name=f"{prefix}when")(positions)
        stream = Dropout(self.dropout, 0, name=f"{prefix}dropout0")(stream)
        for k in range(self.blocks):
            stream = self._block(stream, present, f"{prefix}block{k}_", k, self.blocks)
        stream = keras.layers.LayerNormalization(epsilon=1e-6, name=f"{prefix}norm")(stream)
        return keras.layers.Flatten(name=f"{prefix}last")(stream)

    def _block(self, stream: Any, present: Any, name: str, k: int, blocks: int) -> Any:
        """Return a stream (batch, positions, embedding) with what a block adds; the last block
        gives the last position alone, as nobody reads the others.
        """
        from hone_trainer.backend.keras import keras
        from hone_trainer.backend.layers import Dropout
        from hone_trainer.backend.sequence_layers import Attention

        def dense(width: int, called: str, activation: str | None = None) -> Any:
            return keras.layers.Dense(width, activation, name=f"{name}{called}")

        width, place = self.embedding, 10 * (k + 1)
        normed = keras.layers.LayerNormalization(epsilon=1e-6, name=f"{name}norm0")(stream)
        asking = normed
        if k == blocks - 1 and stream.shape[1] > 1:
            last = (stream.shape[1] - 1, 0)
            stream = keras.layers.Cropping1D(last, name=f"{name}last")(stream)
            asking = keras.layers.Cropping1D(last, name=f"{name}asking")(normed)
        told = Attention(self.heads, name=f"{name}attention")(
            [
                dense(width, "query")(asking),
                dense(width, "key")(normed),
                dense(width, "value")(normed),
                present,
            ]
        )
        told = Dropout(self.dropout, place, name=f"{name}dropout0")(dense(width, "told")(told))
        stream = keras.layers.Add(name=f"{name}sum0")([stream, told])
        normed = keras.layers.LayerNormalization(epsilon=1e-6, name=f"{name}norm1")(stream)
        inner = dense(INNER * width, "inner", "relu")(normed)
        inner = Dropout(self.dropout, place + 1, name=f"{name}dropout1")(
            dense(width, "outer")(inner)
        )
        return keras.layers.Add(name=f"{name}sum1")([stream, inner])
