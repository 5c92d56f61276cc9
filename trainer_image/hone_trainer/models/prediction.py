"""Probabilities of many rows, a bounded number at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.backend.keras import tf

ROWS = 8192
"""Rows that are evaluated at a time."""


def predictor(model: Any) -> Any:
    """Give a function from features, by column name, to probabilities (rows,)."""

    def probabilities(features: Any) -> Any:
        return model(features, training=False)

    compiled = tf.function(probabilities, reduce_retracing=True, autograph=False)

    def predict(features: dict[str, NDArray[np.generic]]) -> NDArray[np.float32]:
        rows = len(next(iter(features.values())))
        batches = (slice(i, i + ROWS) for i in range(0, rows, ROWS))
        given = [compiled({n: tf.constant(v[b]) for n, v in features.items()}) for b in batches]
        return np.concatenate([batch.numpy()[:, 0] for batch in given])

    return predict
