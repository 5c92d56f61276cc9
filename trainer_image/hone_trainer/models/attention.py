"""A block of a transformer: attention and dense layers, each behind a normalisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from hone_trainer.contract.spec import Rule
from hone_trainer.models.model import Model

INNER = 4
"""Units between the dense layers of a block, for each of its width."""
TINY = 1e-6
"""Added to a variance before its root is divided by."""


UNEVEN = "heads: must divide embedding without rest"


class Blocks(Model):
    """The parameters of models that are made of such blocks, beside their ``embedding``."""

    rules = (Rule("self.embedding % self.heads == 0", UNEVEN),)

    blocks: Annotated[int, Field(ge=1, le=12)] = 2
    """Blocks of attention and dense layers."""
    heads: Annotated[int, Field(ge=1, le=32)] = 2
    """Ways to look at the other positions side by side; embedding is a multiple of it."""

    @model_validator(mode="after")
    def _divides(self) -> Self:
        if getattr(self, "embedding", 0) % self.heads:
            raise ValueError(UNEVEN)
        return self


@dataclass(frozen=True)
class Shape:
    """How a block is built."""

    width: int
    heads: int
    dropout: float
    place: int
    """Tells its draws apart from those of others in the model."""
    causal: bool


def block(stream: Any, present: Any, shape: Shape, name: str) -> tuple[Any, Any]:
    """Return a stream (batch, positions, width) with what a block adds to it (pre-norm, Xiong et
    al. 2020), and its last position alone, for which no other is computed.

    Args:
        stream: vectors of positions.
        present: where there is anything, (batch, positions).
        shape: of the block.
        name: before those of its layers.
    """
    from hone_trainer.backend.keras import keras
    from hone_trainer.backend.layers import Dropout
    from hone_trainer.backend.sequence_layers import Attention

    def dense(width: int, called: str, activation: str | None = None) -> Any:
        return keras.layers.Dense(width, activation, name=f"{name}{called}")

    def norm(k: int) -> Any:
        return keras.layers.LayerNormalization(epsilon=TINY, name=f"{name}norm{k}")

    query, key, value, told = (
        dense(shape.width, called) for called in ("query", "key", "value", "told")
    )
    attention = Attention(shape.heads, shape.causal, name=f"{name}attention")
    after, inner, outer = (
        norm(1),
        dense(INNER * shape.width, "inner", "relu"),
        dense(shape.width, "outer"),
    )
    dropout = [Dropout(shape.dropout, shape.place + k, name=f"{name}dropout{k}") for k in (0, 1)]
    normed = norm(0)(stream)
    asked = key(normed), value(normed), present

    def of(stream: Any, asking: Any, called: str) -> Any:
        found = told(attention([query(asking), *asked]))
        stream = keras.layers.Add(name=f"{name}{called}sum0")([stream, dropout[0](found)])
        found = outer(inner(after(stream)))
        return keras.layers.Add(name=f"{name}{called}sum1")([stream, dropout[1](found)])

    every = of(stream, normed, "")
    if stream.shape[1] == 1:
        return every, every
    others = (stream.shape[1] - 1, 0)
    asking = keras.layers.Cropping1D(others, name=f"{name}asking")(normed)
    stream = keras.layers.Cropping1D(others, name=f"{name}last")(stream)
    return every, of(stream, asking, "last_")
