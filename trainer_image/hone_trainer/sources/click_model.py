"""Interactions drawn from a latent-factor click model.

A user u meets an item i; what is clicked follows

    logit = SHARPNESS * (b_u + ITEM_BIAS * b_i + affinity * p_u . q_i / sqrt(factors))

with user bias b_u, item bias b_i and all entries of the taste vectors p_u and q_i standard normal,
and the label is Bernoulli(sigmoid(logit)). Users are met uniformly, items by a Zipf-like law:
the n-th most popular with weight (n + 10)^-0.8. This is the matrix factorisation of explicit
feedback (Koren, Bell and Volinsky 2009) run backwards.

The constants are chosen, not found: the labels are as noisy as leaves the best possible model
about nine right answers in ten, and biases and taste share in what can be learned.

What is bought and spent goes by how well the level of an item's price, log(price / 20) / 0.5, fits
the purse of the user, both standard normal: an ideal point model (Coombs 1964). With d their
distance, bought is Bernoulli(sigmoid(EAGERNESS - PICKINESS * d^2)), and spent follows a gamma
distribution with mean SPENT_LEAST + SPENT_MORE * exp(-d^2 / 2) and shape SPENT_SHAPE.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from hone_trainer.sources.made_up import MadeUpSource

if TYPE_CHECKING:
    from hone_trainer.rows.block import Form
    from hone_trainer.sources.source import Known

SHARPNESS = 3.5
ITEM_BIAS = 1.5
EAGERNESS, PICKINESS = 1.5, 1.2
SPENT_LEAST, SPENT_MORE, SPENT_SHAPE = 10.0, 60.0, 8.0
PRICE, PRICE_SPREAD = 20.0, 0.5
FLATTENING = 10
DECAY = 0.8
BUYING, PURSES = 1, 2
"""Streams of chance; who meets what and clicks came first and has none of them."""


class ClickModel(MadeUpSource):
    """Interactions drawn from a latent-factor click model: data to try Hone with.

    Its columns are ``user``, ``item``, its ``price``; ``clicked``; and where that is 1 ``bought``,
    0 or 1, and ``spent``, a number.
    """

    offers: ClassVar[Mapping[str, Form]] = {
        "user": "text",
        "item": "text",
        "clicked": "number",
        "price": "number",
        "bought": "number",
        "spent": "number",
    }

    rows: Annotated[int, Field(ge=100, le=100_000_000)] = 135_000
    """Interactions to draw."""
    users: Annotated[int, Field(ge=2, le=10_000_000)] = 2_000
    """Users there are."""
    items: Annotated[int, Field(ge=2, le=10_000_000)] = 1_000
    """Items there are."""
    factors: Annotated[int, Field(ge=1, le=64)] = 4
    """Latent factors of taste."""
    affinity: Annotated[float, Field(ge=0, le=10)] = 0.3
    """How much taste counts beside how keen a user and how liked an item is."""
    seed: Annotated[int, Field(ge=0, le=2_147_483_647)] = 7
    """Seed of everything drawn."""

    @property
    def extent(self) -> tuple[int, int]:
        """See ``MadeUpSource.extent``."""
        return self.rows, 1

    def draw(
        self, number: int, units: range, wanted: frozenset[str]
    ) -> tuple[dict[str, Any], Known]:
        """See ``MadeUpSource.draw``."""
        import numpy as np
        import pyarrow as pa

        from hone_trainer.sources import drawing

        draw = np.random.default_rng(self.seed)
        user_bias, item_bias = draw.standard_normal(self.users), draw.standard_normal(self.items)
        user_taste = draw.standard_normal((self.users, self.factors))
        item_taste = draw.standard_normal((self.items, self.factors))
        popularity = (np.arange(self.items) + FLATTENING) ** -DECAY
        if number:  # the first piece goes on with the generator of people and things
            draw = np.random.default_rng([self.seed, number])
        count = len(units)
        user = draw.integers(self.users, size=count)
        item = draw.choice(self.items, size=count, p=popularity / popularity.sum())
        affinity = np.einsum("rf,rf->r", user_taste[user], item_taste[item]) / self.factors**0.5
        logit = SHARPNESS * (
            user_bias[user] + ITEM_BIAS * item_bias[item] + self.affinity * affinity
        )
        probability = 1 / (1 + np.exp(-logit))
        clicked = draw.random(count) < probability
        drawn = {
            "user": drawing.names("u", user),
            "item": drawing.names("i", item),
            "clicked": pa.array(clicked.astype(np.float64)),
        }
        known = {"clicked": drawing.known_of(probability, clicked)}
        if not wanted <= drawn.keys():
            sales = self._sell(number, user, item)
            drawn |= {
                "price": pa.array(sales.price),
                "bought": pa.array(np.where(clicked, sales.bought, np.nan)),
                "spent": pa.array(np.where(clicked, sales.spent, np.nan)),
            }
            known["bought"] = drawing.known_of(sales.probability, sales.bought, clicked)
            known["spent"] = {"rmse": sales.mean**2 / SPENT_SHAPE}
        return drawn, known

    def _sell(self, number: int, user: Any, item: Any) -> Sales:
        """Draw what is bought and spent, from generators of its own."""
        import numpy as np

        draw = np.random.default_rng([self.seed, 0, PURSES])
        purse, level = draw.standard_normal(self.users), draw.standard_normal(self.items)
        distance = (purse[user] - level[item]) ** 2
        probability = 1 / (1 + np.exp(PICKINESS * distance - EAGERNESS))
        mean = SPENT_LEAST + SPENT_MORE * np.exp(-distance / 2)
        draw = np.random.default_rng([self.seed, number, BUYING])
        return Sales(
            price=PRICE * np.exp(PRICE_SPREAD * level)[item],
            bought=draw.random(len(user)) < probability,
            probability=probability,
            spent=draw.gamma(SPENT_SHAPE, mean / SPENT_SHAPE),
            mean=mean,
        )


@dataclass(frozen=True)
class Sales:
    """What follows a click, (n,) each."""

    price: Any
    bought: Any
    probability: Any
    """Of being bought."""
    spent: Any
    mean: Any
    """Of what is spent."""
