"""Run by test_weights in a process of its own: TensorFlow starts with two devices, or never.

Prints, as JSON, what one replica and two make of the same weighted rows.
"""

import json
import sys
from typing import Any

import numpy as np

from hone_trainer.backend.keras import keras, tf
from hone_trainer.train.sync_steps import Steps
from tests.trainer.train.test_steps import network, weights
from tests.trainer.train.test_weights import weighted
from tests.trainer.two_replicas import two_devices


def training(strategy: Any) -> dict[str, Any]:
    """Train an epoch; in its last step the second replica has padding alone."""
    with strategy.scope():
        model = network()
        optimizer = keras.optimizers.SGD(0.5)
        optimizer.build(model.trainable_variables)
    blocks = list(Steps(strategy, model, optimizer, weighted(69), 16, 9).epoch(0, 0, 4, bool))
    sums = np.sum([block.sums for block in blocks], axis=0)
    return {"sums": sums.tolist(), "weights": weights(model).tolist()}


if __name__ == "__main__":
    strategies = (two_devices(), tf.distribute.get_strategy())
    sys.stdout.write("\n" + json.dumps([training(strategy) for strategy in strategies]))
