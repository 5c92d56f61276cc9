"""A weight for each id and each number: the baseline that every other model has to beat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hone_trainer.models.model import Model

if TYPE_CHECKING:
    from hone_trainer.dataset.schema import Schema, Target

MOST = 20_000_000
"""Weights of ids for one target, above which their matrix is factorised."""
RANK = 64
SPREAD = 0.05
"""Standard deviation of fresh factors."""


class Linear(Model):
    """A weight for each id, summed over a sequence, and one for each number: logistic regression
    where the task is yes or no. Hash the ids of columns that have too many.

    Where ids times outputs are more than twenty million, as of histories of items and the items
    that come next, their weights are a product of two matrices of rank 64.
    """

    def features(self, inputs: dict[str, Any], schema: Schema, prefix: str = "") -> dict[str, Any]:
        """See ``Model.features``: the logits of every target, but for their bias; a vector for
        those whose weights are factorised.
        """
        found = {}
        for target in schema.targets:
            if _weights(schema, target) > MOST:
                if "vector" not in found:
                    found["vector"] = _sum(RANK, SPREAD, inputs, schema, f"{prefix}factors")
            else:
                name = f"{prefix}{target.name}"
                found[f"logits/{name}"] = _sum(target.outputs, 0.0, inputs, schema, name)
        return found


def _weights(schema: Schema, target: Target) -> int:
    return sum(field.size for field in schema.ids) * target.outputs


def _sum(width: int, spread: float, inputs: dict[str, Any], schema: Schema, prefix: str) -> Any:
    """Return the weighted sum of all columns, (batch, width).

    Args:
        width: weights of an id.
        spread: standard deviation that they start with.
        inputs: Keras inputs by column name.
        schema: the columns.
        prefix: put before each layer's name.
    """
    from hone_trainer.backend.keras import keras
    from hone_trainer.backend.layers import Bag

    def start() -> Any:
        return keras.initializers.RandomNormal(stddev=spread) if spread else "zeros"

    terms = []
    for field in schema.ids:
        name = f"{prefix}_weights_{field.name}"
        table = keras.layers.Embedding(field.size, width, start(), name=name)
        weights = table(inputs[field.name])
        if field.length == 1:
            terms.append(keras.layers.Flatten(name=f"{name}_flat")(weights))
        else:
            terms.append(Bag(name=f"{name}_bag")([weights, inputs[field.name]]))
    if schema.numbers:
        numbers = [inputs[field.name] for field in schema.numbers]
        if len(numbers) > 1:
            numbers = [keras.layers.Concatenate(name=f"{prefix}_numbers")(numbers)]
        layer = keras.layers.Dense(
            width, use_bias=False, kernel_initializer=start(), name=f"{prefix}_weights"
        )
        terms.append(layer(numbers[0]))
    if len(terms) == 1:
        return terms[0]
    return keras.layers.Add(name=f"{prefix}_sum")(terms)
