"""Several pods, each with a copy of the model."""

from typing import Annotated, Any

from pydantic import Field

from hone_trainer.contract.stage import Role
from hone_trainer.train.strategies.strategy import Strategy


class MultiWorkerMirrored(Strategy):
    """Several pods, each with a copy of the model, gradients summed every step."""

    workers: Annotated[int, Field(ge=2, le=64)] = 2
    """Pods that train together."""

    def roles(self) -> tuple[Role, ...]:
        """Say: so many workers, the first of them the chief."""
        return (Role("worker", self.workers),)

    def open(self) -> Any:
        """Return the strategy of this worker; blocks until all workers are there."""
        import tensorflow as tf

        return tf.distribute.MultiWorkerMirroredStrategy()
