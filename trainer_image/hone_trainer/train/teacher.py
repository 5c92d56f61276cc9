"""Several models that are not trained, and their average, which a student learns from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hone_trainer.backend.keras import keras, tf
from hone_trainer.backend.pooling import Pool
from hone_trainer.models.graph import open_graph

if TYPE_CHECKING:
    from hone_trainer.dataset.schema import Schema, Target
    from hone_trainer.models.network import Network, Part

Told = Sequence[Mapping[str, Any]]
"""What each member has made of some rows: its logits by target, and its vector."""


@dataclass(frozen=True)
class Teacher:
    """The members of a network, and the average of their answers."""

    members: tuple[Any, ...]
    """Keras models from inputs to ``logits/TARGET`` and, where there is one, ``vector``."""
    averages: Mapping[str, Any]
    """Target -> from the members' logits to those of their average."""

    @classmethod
    def of(cls, network: Network) -> Teacher:
        """Make it, with the share of each member; within the scope of the strategy."""
        members = tuple(_member(p, k, network.schema) for k, p in enumerate(network.parts))
        averages = {target.name: _average(target, network) for target in network.schema.targets}
        return cls(members, averages)

    def told(self, features: Any) -> Told:
        """Return what each member says of some rows."""
        return [member(features, training=False) for member in self.members]

    def taught(self, told: Told, target: Target) -> Any:
        """Return the logits of their average, (rows, outputs); nothing learns through them."""
        each = [said[f"logits/{target.name}"] for said in told]
        return tf.stop_gradient(self.averages[target.name](each))


def blended(target: Target, loss: Any, logits: Any, taught: Any, share: float) -> Any:
    """Return a loss of labels, (rows,), blended with the distance from what is taught.

    The cross-entropy to the taught distribution (Hinton, Vinyals and Dean 2015), without a
    temperature; where answers are no distribution, the mean squared difference.

    Args:
        target: that is answered.
        loss: by the labels, (rows,).
        logits: of the student, (rows, outputs).
        taught: what ``Teacher.taught`` gave.
        share: how much the distance counts, 0 to 1.
    """
    return (1 - share) * loss + share * _distance(target, tf.cast(logits, tf.float32), taught)


def _distance(target: Target, logits: Any, taught: Any) -> Any:
    if target.how.mixes_in != "mixture":
        return tf.reduce_mean(tf.math.squared_difference(logits, taught), 1)
    if target.outputs == 1:
        told = tf.nn.sigmoid_cross_entropy_with_logits(tf.sigmoid(taught), logits)
        return tf.reshape(told, [-1])
    return tf.nn.softmax_cross_entropy_with_logits(tf.nn.softmax(taught), logits)


def _member(part: Part, number: int, schema: Schema) -> Any:
    """Return a member as a Keras model that is not trained."""
    made = open_graph(part.model, schema, prefix=f"member{number}_")
    made.whole.set_weights(part.arrays)
    outputs = {f"logits/{name}": logits for name, logits in made.logits.items()}
    if "vector" in made.features:
        outputs["vector"] = made.features["vector"]
    model = keras.Model(made.inputs, outputs)
    model.trainable = False
    return model


def _average(target: Target, network: Network) -> Any:
    shares, scales = list(network.shares), [1.0] * len(network.parts)
    mixture = target.how.mixes_in == "mixture"
    name = f"average_{target.name}"
    average = Pool(mixture, shares, scales, trainable=False, name=name, dtype="float32")
    average.build((None, target.outputs))
    return average
