"""Adam, and how fast it goes where nobody says."""

import math
from typing import Annotated, Any

from pydantic import Field

from hone_trainer.contract.spec import Spec

REFERENCE_BATCH, REFERENCE_RATE = 64, 0.001
STAY = ("bias", "gamma", "beta")
"""Parts of the names of weights that do not shrink: biases and those of normalisations."""
LARGEST_RATE = 0.01
"""Larger ones were not measured."""


class Adam(Spec):
    """Adam (Kingma and Ba 2015)."""

    learning_rate: Annotated[float, Field(gt=0, le=1)] | None = None
    """Step size. Where nothing is said, 0.001 × √(batchSize / 64), at most 0.01: 0.002 at 256 rows,
    0.004 at 1,024."""

    weight_decay: Annotated[float, Field(ge=0, le=100)] | None = None
    """Weights shrink at each step by so much of the step size (AdamW, Loshchilov and Hutter 2019);
    biases do not. Vectors of ids that few rows hold stay near 0, and are not learned by heart.
    Where nothing is said, 1 for models of ``ads``, and 0 for others."""

    lazy: bool = False
    """Move only the rows of a table that a batch touches, and their moments: much less work on
    large tables, and not the same as Adam to the last digit."""

    def rate(self, batch: int) -> float:
        """Return the step size for so many rows a step."""
        return self.learning_rate or default_rate(batch)

    def open(self, batch: int, decay: float = 0.0) -> Any:
        """Return the Keras optimiser.

        Args:
            batch: rows of a step.
            decay: how weights shrink where nobody says.
        """
        said = decay if self.weight_decay is None else self.weight_decay
        rate, shrink = self.rate(batch), said or None
        if self.lazy:
            from hone_trainer.train.optimizers.lazy_adam import lazy_adam

            optimizer = lazy_adam(rate, shrink)
        else:
            from hone_trainer.train.optimizers.dense_adam import DenseAdam

            optimizer = DenseAdam(learning_rate=rate, weight_decay=shrink)
        optimizer.exclude_from_weight_decay(var_names=list(STAY))
        return optimizer


def default_rate(batch: int) -> float:
    """Return a step size that grows with the square root of the batch.

    The rule for Adam of Malladi, Lyu, Panigrahi and Arora (2022).
    """
    return min(REFERENCE_RATE * math.sqrt(batch / REFERENCE_BATCH), LARGEST_RATE)
