"""Adam."""

from typing import Annotated, Any

from pydantic import Field

from hone_trainer.words import Words


class Adam(Words):
    """Adam (Kingma and Ba 2015)."""

    learning_rate: Annotated[float, Field(gt=0, le=1)] = 0.001
    """Step size. With a batch n times as large, about the square root of n times the rate."""

    def open(self) -> Any:
        """Give the Keras optimiser."""
        from hone_trainer.keras import keras

        return keras.optimizers.Adam(learning_rate=self.learning_rate)
