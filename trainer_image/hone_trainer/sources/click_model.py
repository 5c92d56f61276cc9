"""Interactions drawn from a latent-factor click model.

A user u meets an item i; what is clicked follows

    logit = SHARPNESS * (b_u + ITEM_BIAS * b_i + AFFINITY * p_u . q_i / sqrt(factors))

with user bias b_u, item bias b_i and all entries of the taste vectors p_u and q_i standard normal,
and the label is Bernoulli(sigmoid(logit)). Users are met uniformly, items by a Zipf-like law:
the n-th most popular with weight (n + 10)^-0.8. This is the matrix factorisation of explicit
feedback (Koren, Bell and Volinsky 2009) run backwards.

The constants are chosen, not found: the labels are as noisy as leaves the best possible model
about nine right answers in ten, and biases and taste share in what can be learned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from hone_trainer.sources.source import RawRows, RowSource, choose
from hone_trainer.task import StageFailure

if TYPE_CHECKING:
    from hone_trainer.columns import Column
    from hone_trainer.store import ArtifactStore

SHARPNESS = 3.5
ITEM_BIAS = 1.5
AFFINITY = 0.3
KINDS = {"user": "id", "item": "id", "clicked": "label"}
FLATTENING = 10
DECAY = 0.8


class ClickModel(RowSource):
    """Interactions drawn from a latent-factor click model: data to try Hone with.

    Its columns are ``user``, ``item`` and ``clicked``.
    """

    rows: Annotated[int, Field(ge=100, le=100_000_000)] = 135_000
    """Interactions to draw."""
    users: Annotated[int, Field(ge=2, le=10_000_000)] = 2_000
    """Users there are."""
    items: Annotated[int, Field(ge=2, le=10_000_000)] = 1_000
    """Items there are."""
    factors: Annotated[int, Field(ge=1, le=64)] = 4
    """Latent factors of taste."""
    seed: Annotated[int, Field(ge=0, le=2_147_483_647)] = 7
    """Seed of everything drawn."""

    def read(self, columns: tuple[Column, ...], store: ArtifactStore) -> RawRows:  # noqa: ARG002
        """Draw the rows; the same parameters always give the same rows."""
        import numpy as np
        import pandas as pd

        for column in columns:
            if column.name in KINDS and column.kind != KINDS[column.name]:
                message = f"prepare.columns: {column.name!r} of the click model is no {column.kind}"
                raise StageFailure("WrongColumnKind", f"{message} but {KINDS[column.name]}")
        draw = np.random.default_rng(self.seed)
        user_bias, item_bias = draw.standard_normal(self.users), draw.standard_normal(self.items)
        user_taste = draw.standard_normal((self.users, self.factors))
        item_taste = draw.standard_normal((self.items, self.factors))
        popularity = (np.arange(self.items) + FLATTENING) ** -DECAY
        user = draw.integers(self.users, size=self.rows)
        item = draw.choice(self.items, size=self.rows, p=popularity / popularity.sum())
        affinity = np.einsum("rf,rf->r", user_taste[user], item_taste[item]) / self.factors**0.5
        logit = SHARPNESS * (user_bias[user] + ITEM_BIAS * item_bias[item] + AFFINITY * affinity)
        probability = 1 / (1 + np.exp(-logit))
        clicked = draw.random(self.rows) < probability
        frame = pd.DataFrame(
            {
                "user": np.char.add("u", user.astype(str)).astype(object),
                "item": np.char.add("i", item.astype(str)).astype(object),
                "clicked": clicked.astype(np.float64),
            }
        )
        return RawRows(choose(frame, columns), probability)
