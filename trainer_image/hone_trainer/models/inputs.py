"""The Keras inputs of a data set's columns."""

from typing import Any

from hone_trainer.dataset.schema import Schema


def open_inputs(schema: Schema) -> dict[str, Any]:
    """Return one Keras input per column: ids (batch, length) int32, numbers (batch, 1) float32."""
    from hone_trainer.backend.keras import keras

    ids = {f.name: keras.Input((f.length,), dtype="int32", name=f.name) for f in schema.ids}
    numbers = {f.name: keras.Input((1,), dtype="float32", name=f.name) for f in schema.numbers}
    return ids | numbers
