"""What every strategy says of itself."""

from __future__ import annotations

from typing import Any

from hone_trainer.stage import Role
from hone_trainer.words import Words


class Strategy(Words):
    """The pods it wants and the TensorFlow strategy it opens in each of them."""

    def roles(self) -> tuple[Role, ...]:
        """Say which pods make up the gang, the chief's role first."""
        return (Role("worker"),)

    def open(self) -> Any:
        """Give the ``tf.distribute.Strategy`` of this pod; TF_CONFIG is already set."""
        raise NotImplementedError
