"""The plain average of the members' probabilities."""

from __future__ import annotations

from typing import Any

from hone_trainer.fuse.fusion import Fusion


class Vote(Fusion):
    """The plain average of the members' probabilities: a soft vote."""

    def fit(self, predictions: Any, labels: Any) -> tuple[float, ...]:  # noqa: ARG002
        """Give every member the same weight; nothing is learned."""
        members = len(predictions)
        return (1 / members,) * members
