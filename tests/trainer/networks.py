"""Small networks, trained and not, on columns made up here."""

from typing import Any

import numpy as np

from hone_trainer.dataset.dataset import Dataset, Rows
from hone_trainer.dataset.schema import Schema, Target
from hone_trainer.models import AnyModel
from hone_trainer.models import network as networks
from hone_trainer.models.litert import LiteModel
from hone_trainer.models.network import Network
from hone_trainer.rows.field import Field, Part
from hone_trainer.tasks import AnyTask
from hone_trainer.tasks.learned import Learned, Targets


def binary(name: str = "clicked", ones: float = 1.0, **words: Any) -> Target:
    """A yes or no: of two training rows so many are yes."""
    learned = Learned(("0", "1"), np.array([2.0 - ones, ones]))
    return _target("binary", name, learned, words)


def number(name: str = "spent", center: float = 0.0, scale: float = 1.0, **words: Any) -> Target:
    """A number of such a mean and spread."""
    return _target("number", name, Learned(center=center, scale=scale, median=center), words)


def _target(kind: str, name: str, learned: Learned, words: dict[str, Any]) -> Target:
    task = AnyTask.model_validate({kind: {"label": name, **words}})
    return Target(name=name, task=task, learned=learned.dump())


IDS = (Field(name="user", kind="id", size=40), Field(name="item", kind="id", size=30))
CLICKS = Schema(fields=IDS, targets=(binary(),))
SPENDING = Schema(fields=IDS, targets=(number(),))
BOTH = Schema(fields=IDS, targets=(binary(), number()))
SEQUENCE = Schema(
    fields=(
        Field(name="basket", kind="id", length=40, size=30),
        Field(name="price", kind="number"),
    ),
    targets=(binary(),),
)


class Drawn(Dataset):
    """Stands in for a data set: rows drawn from a rule that an embedding can learn."""

    def __init__(self, schema: Schema = CLICKS, rows: int = 2000) -> None:
        self.schema = schema
        self._rows = rows

    def read(self, part: Part, member: int = 0, members: int = 1, every: int = 1) -> Rows:
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
        noise = rng.random(self._rows)
        chance = 1 / (1 + np.exp(-3 * np.asarray(score)))
        drawn = {
            "label": (noise < chance).astype(np.int8),
            "amount": np.asarray(score) + 0.1 * noise,
        }
        weight = np.ones(self._rows, np.float32)
        return Rows(
            features, {t.name: Targets(drawn[t.how.reads], weight) for t in self.schema.targets}
        )

    def size(self, part: Part) -> int:
        """They are in memory already."""
        return 0


def answers(model: Network | LiteModel, features: dict[str, Any]) -> Any:
    """Return what a model of one target answers to all rows, (rows,)."""
    if isinstance(model, LiteModel):
        blocks = [next(iter(block.values())) for block in model.answer(features)]
    else:
        (target,) = model.schema.targets
        blocks = [block[target.name][target.how.answers[0]] for block in model.answer(features)]
    return np.concatenate([block[:, 0] for block in blocks]) if blocks else np.zeros(0)


def fresh(schema: Schema = CLICKS, parts: int = 1, units: int = 8) -> Network:
    """Return a network whose weights are drawn, those of its heads too, not trained."""
    from hone_trainer.tasks.head import is_head

    model = AnyModel.model_validate({"recommendation": {"lstm": {"embedding": 8, "units": units}}})
    shares = tuple(2 * (k + 1) / parts / (parts + 1) for k in range(parts))
    network = Network(schema, (networks.Part(model),) * parts, shares)
    models = network.assemble().parts
    for place, built in enumerate(models):
        for layer in filter(is_head, built.layers):
            kernel, bias = layer.get_weights()
            layer.set_weights([np.random.default_rng(place).normal(size=kernel.shape), bias])
    return network.with_weights_of(models)


def trained(schema: Schema = CLICKS, parts: int = 1, epochs: int = 4) -> Network:
    """Return a network that has learned the rule of ``Drawn``."""
    return fitted(fresh(schema, parts), Drawn(schema).read("train"), epochs)


def fitted(network: Network, rows: Rows, epochs: int, batch: int = 128) -> Network:
    """Train the parts of a network of one target together, by plain Keras."""
    from hone_trainer.backend.keras import keras

    (target,) = network.schema.targets
    losses = {"label": "binary_crossentropy", "amount": "mse"}
    built = network.assemble()
    model = built.answering
    model.compile(keras.optimizers.Adam(0.02), losses[target.how.reads])
    values = {target.how.answers[0]: rows.targets[target.name].values[:, None]}
    model.fit(rows.features, values, batch_size=batch, epochs=epochs, verbose=0)
    return network.with_weights_of(built.parts)


def quiet(fraction: float, message: str) -> None:
    """A ``Tell`` that nobody hears."""
