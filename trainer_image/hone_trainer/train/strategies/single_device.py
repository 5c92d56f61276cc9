"""One device of one pod."""

from typing import Any

from hone_trainer.train.strategies.strategy import Strategy


class SingleDevice(Strategy):
    """One device of one pod: its first GPU, or its CPU."""

    def open(self) -> Any:
        """Return TensorFlow's default strategy, which adds nothing."""
        import tensorflow as tf

        return tf.distribute.get_strategy()
