"""Models as users write them."""

from typing import Any

import tf_keras as keras


def build(inputs: dict[str, Any], schema: Any, units: int = 8, rate: float = 0.1) -> Any:
    """Shared layers, a Bidirectional over int32 ids, plain operations."""
    sizes = {field.name: field.size for field in schema.ids}
    table = keras.layers.Embedding(sizes["before"], units)
    both = keras.layers.Bidirectional(keras.layers.GRU(units, unroll=True))
    found = [both(table(inputs["before"]))]
    shared = keras.layers.Dense(units, "relu")
    for name in ("user", "item"):
        vectors = keras.layers.Embedding(sizes[name], units)(inputs[name])
        found.append(shared(keras.layers.Flatten()(vectors)))
    price = inputs["price"]
    found.append(price * price + price)
    return keras.layers.Dropout(rate)(keras.layers.Concatenate()(found))


def with_a_batch_norm(inputs: dict[str, Any], schema: Any) -> Any:
    """It learns from batches."""
    return keras.layers.BatchNormalization()(build(inputs, schema))


def with_a_lambda(inputs: dict[str, Any], schema: Any) -> Any:
    """It holds code."""
    return keras.layers.Lambda(lambda x: x)(build(inputs, schema))


def with_a_model_in_it(inputs: dict[str, Any], schema: Any) -> Any:
    """It is not flat."""
    inner = keras.Input((4,))
    return keras.Model(inner, keras.layers.Dense(3)(inner))(
        keras.layers.Dense(4)(build(inputs, schema))
    )


def with_its_own_chance(inputs: dict[str, Any], schema: Any) -> Any:
    """Its dropout is inside."""
    table = keras.layers.Embedding(schema.ids[2].size, 4)
    lstm = keras.layers.LSTM(4, dropout=0.2)(table(inputs["before"]))
    return keras.layers.Concatenate()([build(inputs, schema), lstm])


class Odd(keras.layers.Layer):  # type: ignore[misc]
    """A layer that nobody can make again."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def call(self, inputs: Any) -> Any:
        """Scale."""
        return inputs * self.factor


def with_a_layer_without_config(inputs: dict[str, Any], schema: Any) -> Any:
    """It cannot be copied."""
    return Odd(2.0)(build(inputs, schema))


def blind(inputs: dict[str, Any], schema: Any) -> Any:
    """It does not look at all columns."""
    del schema
    return keras.layers.Dense(3)(inputs["price"])


def wide(inputs: dict[str, Any], schema: Any) -> Any:
    """It gives a sequence."""
    return keras.layers.Embedding(schema.ids[2].size, 4)(inputs["before"])


def nothing(inputs: dict[str, Any], schema: Any) -> Any:
    """It gives no tensor."""
    del inputs, schema


def broken(inputs: dict[str, Any], schema: Any) -> Any:
    """It has a fault."""
    del schema
    return inputs["colour"]


NO_FUNCTION = 3
