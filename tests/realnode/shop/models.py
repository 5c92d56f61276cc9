"""A model as a shop would write it; it knows nothing of Hone."""

from typing import Any

import tf_keras as keras


def build(inputs: dict[str, Any], schema: Any, units: int = 16) -> Any:
    """Return vectors of ids that gate each other, beside numbers."""
    layers = keras.layers
    vectors = []
    for field in schema.ids:
        table = layers.Embedding(field.size, units, name=f"table_{field.name}")
        looked_up = table(inputs[field.name])
        if field.length > 1:
            vectors.append(layers.GRU(units, unroll=True)(looked_up))
        else:
            vectors.append(layers.Flatten()(looked_up))
    gated = []
    for k, vector in enumerate(vectors):
        others = [each for place, each in enumerate(vectors) if place != k] or [vector]
        context = layers.Add()(others) if len(others) > 1 else others[0]
        gate = layers.Dense(units, "sigmoid")(context)
        gated.append(layers.Multiply()([vector, gate]))
    found = gated + [inputs[field.name] for field in schema.numbers]
    joined = layers.Concatenate()(found) if len(found) > 1 else found[0]
    for size in (2 * units, units):
        joined = layers.Dense(size, "relu")(joined)
    return layers.Dropout(0.1)(joined)
