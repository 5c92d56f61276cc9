"""Embedding tables in int8 with one scale per row.

A looked-up row is gathered as int8, cast and multiplied by its scale: four operations that every
runtime has, on one row, while the table stays at a quarter of its size.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from hone_trainer.backend.keras import keras

LEVELS = 127
"""Largest int8 code used: symmetric, so that zero stays zero."""
SMALLEST = LEVELS * np.finfo(np.float32).tiny


def quantize_rows(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return int8 codes (rows, width) and scales (rows, 1), with codes * scales close to the table.

    No value is off by more than half a step of its row, which is the row's largest value / 127. A
    row whose step float32 could only hold with few digits counts as zeros, and its step as 1.
    """
    largest = np.abs(table).max(axis=1, keepdims=True)
    scales = np.where(largest >= SMALLEST, largest / LEVELS, 1).astype(np.float32)
    codes = np.clip(np.rint(table / scales), -LEVELS, LEVELS).astype(np.int8)
    return codes, scales


def quantize_tables(model: Any) -> Any:
    """Return the same functional model with every embedding table in int8, a scale per row."""

    def copy(layer: Any) -> Any:
        if type(layer) is keras.layers.Embedding:
            return RowwiseEmbedding(layer.get_weights()[0], layer.mask_zero, layer.name)
        return layer.__class__.from_config(layer.get_config())

    quantized = keras.models.clone_model(model, clone_function=copy)
    for layer in model.layers:
        if type(layer) is not keras.layers.Embedding:
            quantized.get_layer(layer.name).set_weights(layer.get_weights())
    return quantized


class RowwiseEmbedding(keras.layers.Layer):  # type: ignore[misc]
    """Looks up rows of an int8 table; constants only, nothing to train."""

    def __init__(self, table: NDArray[np.float32], mask_zero: bool, name: str) -> None:
        super().__init__(name=name, trainable=False)
        self._codes, self._scales = quantize_rows(table)
        self._mask_zero = mask_zero

    def call(self, ids: Any) -> Any:
        """Return float32 vectors (batch, length, width) of int32 ids (batch, length)."""
        codes = tf.gather(tf.constant(self._codes), ids)
        return tf.cast(codes, tf.float32) * tf.gather(tf.constant(self._scales), ids)

    def compute_mask(self, ids: Any, mask: Any = None) -> Any:  # noqa: ARG002
        """Hide padding where the table it stands for did."""
        return tf.not_equal(ids, 0) if self._mask_zero else None
