"""The arithmetic of logits, in numpy and without overflow."""

from __future__ import annotations

import numpy as np

from hone_trainer.tasks.learned import Array


def sigmoid(logits: Array) -> Array:
    """Return 1 / (1 + e^-x)."""
    shrunk = np.exp(-np.abs(logits.astype(np.float64)))
    result: Array = np.where(logits >= 0, 1.0, shrunk) / (1 + shrunk)
    return result


def softmax(logits: Array) -> Array:
    """Return e^x over its sum along the last axis."""
    shifted = logits.astype(np.float64) - logits.max(axis=-1, keepdims=True)
    powers = np.exp(shifted)
    result: Array = powers / powers.sum(axis=-1, keepdims=True)
    return result


def log(probabilities: Array, floor: float = 1e-30) -> Array:
    """Return the natural logarithm of probabilities, kept that far from 0."""
    result: Array = np.log(np.maximum(np.asarray(probabilities, np.float64), floor))
    return result


def log_odds(probability: Array, floor: float = 1e-7) -> Array:
    """Return log(p / (1 - p)), p kept that far from 0 and 1."""
    kept = np.clip(np.asarray(probability, np.float64), floor, 1 - floor)
    result: Array = np.log(kept) - np.log1p(-kept)
    return result
