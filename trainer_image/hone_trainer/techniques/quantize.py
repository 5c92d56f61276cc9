"""Weights in fewer bits, by the LiteRT converter."""

from __future__ import annotations

from typing import Literal

from hone_trainer.stage import Technique


class Quantize(Technique):
    """Store weights in fewer bits; activations stay float ("dynamic range")."""

    mode: Literal["int8", "float16"] = "int8"
    """Type of the stored weights."""
