"""Run by test_weights in a process of its own: TensorFlow starts with two devices, or never.

Prints, as JSON, what one replica and two make of the same weighted rows.
"""

import json
import sys
from typing import Any

import numpy as np

from hone_trainer.backend.keras import keras, tf
from tests.trainer.stepping import TWO_HEADS, network, steps_on, weighted, weights
from tests.trainer.two_replicas import two_devices


def training(strategy: Any) -> dict[str, Any]:
    """Train an epoch on two targets, of which one is missing in many rows; in its last step the
    second replica has padding alone.
    """
    rows = weighted(69)
    rows.targets["spent"].weight[::3] = 0
    with strategy.scope():
        graph = network(schema=TWO_HEADS)
        optimizer = keras.optimizers.SGD(0.5)
    made = steps_on(strategy, graph, optimizer, rows, 16, TWO_HEADS)
    sums = np.sum([block.sums for block in made.epoch(0, 0, 4, bool)], axis=0)
    return {"sums": sums.tolist(), "weights": weights(graph).tolist()}


if __name__ == "__main__":
    strategies = (two_devices(), tf.distribute.get_strategy())
    sys.stdout.write("\n" + json.dumps([training(strategy) for strategy in strategies]))
