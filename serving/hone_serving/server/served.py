"""What a server asks of a model, and no more: ``hone_serving.Model`` has it."""

from __future__ import annotations

from typing import Any, Protocol

from hone_serving.model import Answer, Encoded, Features, Outputs


class Served(Protocol):
    """A model that answers; see ``hone_serving.Model``."""

    def encode(self, rows: Any) -> Encoded:
        """Return rows as the graph reads them."""

    def infer(self, features: Features) -> Outputs:
        """Run the graph."""

    def answer(self, outputs: Outputs, encoded: Encoded, top: int = 10) -> list[Answer]:
        """Return what is said of each row."""
