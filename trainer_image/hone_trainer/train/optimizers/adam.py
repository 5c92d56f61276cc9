"""Adam, and how fast it goes where nobody says."""

import math
from typing import Annotated, Any

from pydantic import Field

from hone_trainer.contract.spec import Spec

REFERENCE_BATCH, REFERENCE_RATE = 64, 0.001
LARGEST_RATE = 0.01
"""Larger ones were not measured."""


class Adam(Spec):
    """Adam (Kingma and Ba 2015)."""

    learning_rate: Annotated[float, Field(gt=0, le=1)] | None = None
    """Step size. Where nothing is said, 0.001 × √(batchSize / 64), at most 0.01: 0.002 at 256 rows,
    0.004 at 1,024."""

    lazy: bool = False
    """Move only the rows of a table that a batch touches, and their moments: much less work on
    large tables, and not the same as Adam to the last digit."""

    def rate(self, batch: int) -> float:
        """Return the step size for so many rows a step."""
        return self.learning_rate or default_rate(batch)

    def open(self, batch: int) -> Any:
        """Return the Keras optimiser for so many rows a step."""
        if self.lazy:
            from hone_trainer.train.optimizers.lazy_adam import lazy_adam

            return lazy_adam(self.rate(batch))
        from hone_trainer.train.optimizers.dense_adam import DenseAdam

        return DenseAdam(learning_rate=self.rate(batch))


def default_rate(batch: int) -> float:
    """Return a step size that grows with the square root of the batch.

    The rule for Adam of Malladi, Lyu, Panigrahi and Arora (2022).
    """
    return min(REFERENCE_RATE * math.sqrt(batch / REFERENCE_BATCH), LARGEST_RATE)
