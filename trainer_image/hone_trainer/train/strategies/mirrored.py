"""All GPUs of one pod."""

from typing import Any

from hone_trainer.train.strategies.strategy import Strategy


class Mirrored(Strategy):
    """All GPUs of one pod, a copy of the model on each."""

    def open(self) -> Any:
        """Return a MirroredStrategy over the GPUs seen; one CPU replica where there is none."""
        import tensorflow as tf

        return tf.distribute.MirroredStrategy()
