"""A bundle at work: raw rows to features, features to outputs, outputs to answers.

The three steps are apart so that a server can put the features of several requests into one call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Features = dict[str, NDArray[np.generic]]
"""Input of the graph -> (rows, …)."""
Outputs = dict[str, NDArray[np.generic]]
"""Output of the graph -> (rows, …)."""
Answer = dict[str, Any]
"""What is said of a row: JSON values by name; ``refused`` alone, with the reason, where no answer
can be given."""


@dataclass(frozen=True)
class Encoded:
    """Rows as the graph reads them."""

    count: int
    """Rows that were given."""
    features: Features
    """Of the rows that can be answered, in their order."""
    refused: Mapping[int, str] = field(default_factory=dict)
    """Index of a row -> why it cannot be answered."""
    beside: Mapping[str, Any] = field(default_factory=dict)
    """What answers need of the rows that are answered, such as the items that each has seen."""


class Model:
    """A bundle that answers; may be called from several threads."""

    @classmethod
    def load(cls, uri: str, endpoint: str | None = None, region: str | None = None) -> Model:
        """Read a bundle; see ``hone_serving.load``."""
        raise NotImplementedError

    def predict(self, rows: Any, top: int = 10) -> list[Answer]:
        """Return the answer to each row, in their order.

        Args:
            rows: a list of dicts, a dict of lists, an Arrow table or a data frame. What a dict
                lacks counts as missing.
            top: how many classes or items an answer names.
        """
        encoded = self.encode(rows)
        return self.answer(self.infer(encoded.features), encoded, top)

    def encode(self, rows: Any) -> Encoded:
        """Return rows as the graph reads them; what cannot be read is refused row by row.

        Raises:
            StageFailure: the rows as a whole cannot be read, such as columns of several lengths.
        """
        raise NotImplementedError

    def infer(self, features: Features) -> Outputs:
        """Run the graph; rows of several requests may be put one after the other."""
        raise NotImplementedError

    def answer(self, outputs: Outputs, encoded: Encoded, top: int = 10) -> list[Answer]:
        """Return what is said of each row, refused ones included."""
        raise NotImplementedError
