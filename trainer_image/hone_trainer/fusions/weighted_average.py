"""The average of the members' probabilities, weighted on the validation part."""

from __future__ import annotations

from hone_trainer.stage import Fusion


class WeightedAverage(Fusion):
    """The average of the members' probabilities, weighted by what each is worth on validation."""
