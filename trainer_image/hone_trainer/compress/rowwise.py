"""Embedding tables in few bits with one scale per row.

A looked-up row is gathered as whole numbers, cast and multiplied by its scale: operations that
every runtime has, on one row, while the table stays at a quarter of its size; or, with two codes to
a byte, at a seventh.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from hone_trainer.backend.keras import keras

Bits = Literal[8, 4]
LEVELS: dict[Bits, int] = {8: 127, 4: 7}
"""Largest code used: symmetric, so that zero stays zero."""
CLIPS = np.linspace(0.5, 1.0, 11, dtype=np.float32)[::-1]
"""Shares of a row's largest value that are tried as its range in 4 bits: fifteen codes are few, and
a row is closer to its codes where the one value that sticks out is cut."""
NIBBLE = 16
"""Codes of 4 bits."""


def quantize_rows(
    table: NDArray[np.float32], bits: Bits = 8
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return int8 codes (rows, width) and scales (rows, 1), with codes * scales close to the table.

    In 8 bits no value is off by more than half a step of its row, which is the row's largest value
    / 127; in 4 bits the step is the one with the smallest squared error of those that are tried. A
    row whose step float32 could only hold with few digits counts as zeros, and its step as 1.
    """
    most = LEVELS[bits]
    largest = np.abs(table).max(axis=1, keepdims=True)
    scales = np.where(largest >= most * np.finfo(np.float32).tiny, largest / most, 1)
    scales = scales.astype(np.float32)
    if bits == 4:
        scales = _closest(table, scales)
    return _codes(table, scales, most), scales


def _closest(table: NDArray[np.float32], scales: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return for each row the share of its scale with which its codes are closest to it."""
    best, least = scales, np.full(scales.shape, np.inf)
    for clip in CLIPS:
        tried = scales * clip
        off = table - _codes(table, tried, LEVELS[4]) * tried
        error = np.square(off, dtype=np.float64).sum(axis=1, keepdims=True)
        best, least = np.where(error < least, tried, best), np.minimum(error, least)
    return best


def _codes(table: NDArray[np.float32], scales: NDArray[np.float32], most: int) -> NDArray[np.int8]:
    codes: NDArray[np.int8] = np.clip(np.rint(table / scales), -most, most).astype(np.int8)
    return codes


def pack(codes: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Return codes of 4 bits (rows, width) two to a byte, (rows, ⌈width / 2⌉): the first half of a
    row in the upper bits, the second in the lower ones.
    """
    shifted = (codes + NIBBLE // 2).astype(np.uint8)
    half = -(-shifted.shape[1] // 2)
    padded = np.pad(shifted, ((0, 0), (0, 2 * half - shifted.shape[1])))
    packed: NDArray[np.uint8] = padded[:, :half] * np.uint8(NIBBLE) + padded[:, half:]
    return packed


def quantize_tables(model: Any, bits: Bits = 8) -> Any:
    """Return the same functional model with embedding tables in so many bits, a scale per row."""

    def copy(layer: Any) -> Any:
        if type(layer) is keras.layers.Embedding:
            return RowwiseEmbedding(layer.get_weights()[0], layer.mask_zero, layer.name, bits)
        return layer.__class__.from_config(layer.get_config())

    quantized = keras.models.clone_model(model, clone_function=copy)
    for layer in model.layers:
        if type(layer) is not keras.layers.Embedding:
            quantized.get_layer(layer.name).set_weights(layer.get_weights())
    return quantized


class RowwiseEmbedding(keras.layers.Layer):  # type: ignore[misc]
    """Looks up rows of a table in few bits; constants only, nothing to train."""

    def __init__(
        self, table: NDArray[np.float32], mask_zero: bool, name: str, bits: Bits = 8
    ) -> None:
        super().__init__(name=name, trainable=False)
        codes, self._scales = quantize_rows(table, bits)
        self._width = table.shape[1]
        self._packed = bits == 4
        self._stored: NDArray[Any] = pack(codes) if self._packed else codes
        self._mask_zero = mask_zero

    def call(self, ids: Any) -> Any:
        """Return float32 vectors (batch, length, width) of int32 ids (batch, length)."""
        codes = tf.cast(tf.gather(tf.constant(self._stored), ids), tf.float32)
        if self._packed:
            upper = tf.floor(codes / NIBBLE)
            both = tf.concat([upper, codes - NIBBLE * upper], axis=-1)
            codes = both[..., : self._width] - NIBBLE // 2
        return codes * tf.gather(tf.constant(self._scales), ids)

    def compute_mask(self, ids: Any, mask: Any = None) -> Any:  # noqa: ARG002
        """Hide padding where the table it stands for did."""
        return tf.not_equal(ids, 0) if self._mask_zero else None
