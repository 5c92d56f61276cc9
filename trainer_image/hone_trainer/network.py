"""A trained network: one or several models with their weights, joined to one prediction.

It is stored as parameters (JSON) and arrays (npz), never as pickled or serialised code: loading it
runs nothing but our own layers (Keras CVE-2025-1550, CVE-2025-9905, CVE-2026-1462).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.dataset import Schema
from hone_trainer.models import AnyModel


@dataclass(frozen=True)
class Part:
    """One model of a network."""

    model: AnyModel
    weights: tuple[NDArray[np.float32], ...]
    """In the order of ``keras.Model.get_weights`` of the model built alone."""


@dataclass(frozen=True)
class Network:
    """Models with their weights, and the share of each in the joint prediction."""

    schema: Schema
    parts: tuple[Part, ...]
    shares: tuple[float, ...] = (1.0,)

    def build(self) -> Any:
        """Give one functional Keras model with the weights in place: inputs by column name,
        output (batch, 1), the weighted average of the parts' probabilities."""
        raise NotImplementedError
