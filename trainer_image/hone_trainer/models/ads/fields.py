"""Fields of a row as vectors of one width, for models that multiply fields with each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hone_trainer.dataset.schema import Schema
    from hone_trainer.rows.field import Field

SPREAD = 0.05
"""Standard deviation of fresh vectors."""
BAG_SPREAD = 0.5
"""Of those of which a mean is taken: it is far smaller."""


def field_vectors(inputs: dict[str, Any], schema: Schema, width: int, prefix: str) -> list[Any]:
    """Return a Keras tensor (batch, width) per field, ids first.

    A sequence of ids is the mean of their vectors. A number is a vector that it stretches, and one
    that is added: ReLU(x v + b) (Gorishniy et al. 2022), so that it can meet other fields as an id
    does.
    """
    from hone_trainer.backend.keras import keras
    from hone_trainer.backend.layers import Bag

    found = []
    for field in schema.ids:
        name = f"{prefix}embedding_{field.name}"
        vectors = table(field, width, prefix)(inputs[field.name])
        if field.length == 1:
            found.append(keras.layers.Flatten(name=f"{name}_flat")(vectors))
        else:
            found.append(Bag(name=f"{name}_bag")([vectors, inputs[field.name]]))
    return found + number_vectors(inputs, schema, width, prefix)


def table(field: Field, width: int, prefix: str) -> Any:
    """Return the embedding layer of a field of ids."""
    from hone_trainer.backend.keras import keras

    start = keras.initializers.RandomNormal(stddev=SPREAD if field.length == 1 else BAG_SPREAD)
    name = f"{prefix}embedding_{field.name}"
    return keras.layers.Embedding(field.size, width, start, name=name)


def number_vectors(inputs: dict[str, Any], schema: Schema, width: int, prefix: str) -> list[Any]:
    """Return a Keras tensor (batch, width) per number, see ``field_vectors``."""
    from hone_trainer.backend.keras import keras

    found = []
    for field in schema.numbers:
        name = f"{prefix}vector_{field.name}"
        found.append(keras.layers.Dense(width, "relu", name=name)(inputs[field.name]))
    return found


def joined(tensors: list[Any], name: str) -> Any:
    """Return tensors (batch, …) side by side."""
    from hone_trainer.backend.keras import keras

    return tensors[0] if len(tensors) == 1 else keras.layers.Concatenate(name=name)(tensors)


def tower(vector: Any, units: tuple[int, ...], rate: float, place: int, name: str) -> Any:
    """Return a vector (batch, width) through ReLU layers, each followed by dropout.

    Args:
        vector: (batch, any width).
        units: of each layer.
        rate: share of units dropped while training.
        place: tells the draws of this tower apart from those of others in the model.
        name: before those of its layers.
    """
    from hone_trainer.backend.keras import keras
    from hone_trainer.backend.layers import Dropout

    for k, each in enumerate(units):
        vector = keras.layers.Dense(each, "relu", name=f"{name}{k}")(vector)
        vector = Dropout(rate, place + k, name=f"{name}{k}_dropout")(vector)
    return vector
