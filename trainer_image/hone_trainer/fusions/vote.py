"""The plain average of the members' probabilities."""

from __future__ import annotations

from hone_trainer.stage import Fusion


class Vote(Fusion):
    """The plain average of the members' probabilities: a soft vote."""
