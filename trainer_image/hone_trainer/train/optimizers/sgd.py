"""Gradient descent, with momentum."""

from typing import Annotated, Any

from pydantic import Field

from hone_trainer.contract.spec import Spec


class Sgd(Spec):
    """Gradient descent over batches, with momentum (Sutskever et al. 2013)."""

    learning_rate: Annotated[float, Field(gt=0, le=100)]
    """Step size."""
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.9
    """Share of the last step that is in the next one; 0 for plain gradient descent."""

    @property
    def lazy(self) -> bool:
        """Momentum moves rows that a batch does not touch; without it none is."""
        return self.momentum == 0

    def rate(self, batch: int) -> float:  # noqa: ARG002
        """Return the step size, whatever the batch."""
        return self.learning_rate

    def open(self, batch: int, decay: float = 0.0) -> Any:  # noqa: ARG002
        """Return the Keras optimiser, which shrinks nothing."""
        from hone_trainer.backend.keras import keras

        # Not compiled: sparse gradients would be, anew for each number of rows.
        return keras.optimizers.SGD(self.learning_rate, self.momentum, jit_compile=False)
