"""Small networks, trained and not, on columns made up here."""

from typing import Any

import numpy as np

from hone_trainer.dataset.dataset import Dataset, Rows
from hone_trainer.dataset.schema import Schema
from hone_trainer.models import AnyModel
from hone_trainer.models import network as networks
from hone_trainer.models.network import Network
from hone_trainer.rows.field import Field, Part

CLICKS = Schema(
    fields=(
        Field(name="user", kind="id", size=40),
        Field(name="item", kind="id", size=30),
        Field(name="clicked", kind="label"),
    )
)
SEQUENCE = Schema(
    fields=(
        Field(name="basket", kind="id", length=40, size=30),
        Field(name="price", kind="number"),
        Field(name="clicked", kind="label"),
    )
)


class Drawn(Dataset):
    """Stands in for a data set: rows drawn from a rule that an embedding can learn."""

    def __init__(self, schema: Schema = CLICKS, rows: int = 2000) -> None:
        self.schema = schema
        self._rows = rows

    def read(self, part: Part, member: int = 0, members: int = 1) -> Rows:
        """See ``Dataset.read``; every part is drawn with a seed of its own."""
        rng = np.random.default_rng(["train", "validation", "test"].index(part))
        features: dict[str, Any] = {
            field.name: rng.integers(0, field.size, (self._rows, field.length)).astype(np.int32)
            for field in self.schema.ids
        } | {
            field.name: rng.normal(size=(self._rows, 1)).astype(np.float32)
            for field in self.schema.numbers
        }
        score = sum(np.sin(features[field.name].sum(axis=1) * 7.0) for field in self.schema.ids)
        chance = 1 / (1 + np.exp(-3 * np.asarray(score)))
        labels = (rng.random(self._rows) < chance).astype(np.float32)[:, None]
        return Rows(features, labels)


def fresh(schema: Schema = CLICKS, parts: int = 1, units: int = 8) -> Network:
    """Give a network whose weights are drawn, not trained."""
    model = AnyModel.model_validate({"recommendation": {"lstm": {"embedding": 8, "units": units}}})
    shares = tuple(2 * (k + 1) / parts / (parts + 1) for k in range(parts))
    network = Network(schema, (networks.Part(model),) * parts, shares)
    return network.with_weights_of(network.build())


def trained(schema: Schema = CLICKS, parts: int = 1, epochs: int = 4) -> Network:
    """Give a network that has learned the rule of ``Drawn``."""
    network, rows = fresh(schema, parts), Drawn(schema).read("train")
    model = network.build()
    from hone_trainer.backend.keras import keras

    model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy")
    model.fit(rows.features, rows.labels, batch_size=128, epochs=epochs, verbose=0)
    return network.with_weights_of(model)


def quiet(fraction: float, message: str) -> None:
    """A ``Tell`` that nobody hears."""
