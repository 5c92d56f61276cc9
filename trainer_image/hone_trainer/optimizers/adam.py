"""Adam."""

from typing import Annotated, Any

from pydantic import Field

from hone_trainer.words import Words


class Adam(Words):
    """Adam (Kingma and Ba 2015)."""

    learning_rate: Annotated[float, Field(gt=0, le=1)] = 0.001
    """Step size. With a batch n times as large, about the square root of n times the rate."""

    lazy: bool = False
    """Move only the rows of a table that a batch touches, and their moments: much less work on
    large tables, and not the same as Adam to the last digit."""

    def open(self) -> Any:
        """Give the Keras optimiser."""
        if self.lazy:
            from hone_trainer.optimizers.lazy_adam import lazy_adam

            return lazy_adam(self.learning_rate)
        from hone_trainer.optimizers.dense_adam import DenseAdam

        return DenseAdam(learning_rate=self.learning_rate)
