"""A weight for each id and each number: the baseline that every other model has to beat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hone_trainer.models.model import Model

if TYPE_CHECKING:
    from hone_trainer.dataset.schema import Schema, Target


class Linear(Model):
    """A weight for each id, summed over a sequence, and one for each number: logistic regression
    where the task is yes or no. Hash the ids of columns that have too many.
    """

    def features(self, inputs: dict[str, Any], schema: Schema, prefix: str = "") -> dict[str, Any]:
        """See ``Model.features``: the logits of every target, but for their bias."""
        return {
            f"logits/{prefix}{target.name}": self._sum(target, inputs, schema, prefix)
            for target in schema.targets
        }

    def _sum(self, target: Target, inputs: dict[str, Any], schema: Schema, prefix: str) -> Any:
        from hone_trainer.backend.keras import keras
        from hone_trainer.backend.layers import Bag

        terms = []
        for field in schema.ids:
            name = f"{prefix}{target.name}_weights_{field.name}"
            table = keras.layers.Embedding(field.size, target.outputs, "zeros", name=name)
            weights = table(inputs[field.name])
            if field.length == 1:
                terms.append(keras.layers.Flatten(name=f"{name}_flat")(weights))
            else:
                terms.append(Bag(name=f"{name}_bag")([weights, inputs[field.name]]))
        if schema.numbers:
            numbers = [inputs[field.name] for field in schema.numbers]
            if len(numbers) > 1:
                join = keras.layers.Concatenate(name=f"{prefix}{target.name}_numbers")
                numbers = [join(numbers)]
            layer = keras.layers.Dense(
                target.outputs,
                use_bias=False,
                kernel_initializer="zeros",
                name=f"{prefix}{target.name}_weights",
            )
            terms.append(layer(numbers[0]))
        if len(terms) == 1:
            return terms[0]
        return keras.layers.Add(name=f"{prefix}{target.name}_sum")(terms)
