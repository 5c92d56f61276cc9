"""What a whole gang agrees on, outside the steps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.backend.keras import tf


class GangSum:
    """Sums an array over the pods of the gang; also a barrier, as every pod must arrive."""

    def __init__(self, strategy: Any) -> None:
        self._alone = not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)
        self._replicas = 1 if self._alone else len(strategy.extended.worker_devices)
        self._sum = tf.function(
            lambda mine: strategy.reduce("SUM", strategy.run(tf.identity, args=(mine,)), axis=None)
        )

    def __call__(self, value: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum; every pod must pass an array of the same shape."""
        if self._alone:
            return value
        total: NDArray[np.float64] = self._sum(tf.constant(value / self._replicas)).numpy()
        return total
