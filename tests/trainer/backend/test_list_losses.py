"""Losses of lists, against loops; rows that are none and lists without order change nothing."""

from typing import Any, Literal

import numpy as np
import pytest

from hone_trainer.tasks.head import Computed
from hone_trainer.tasks.learned import Learned, Targets
from hone_trainer.tasks.ranking import Ranking

pytestmark = pytest.mark.tensorflow

DRAW = np.random.default_rng(4)
SCORES = DRAW.normal(size=(5, 4)).astype(np.float32)
GAINS = np.array([[2, 0, 1, 0], [1, 1, 1, 1], [0, 0, 0, 0], [1, 0, 9, 0], [0, 0, 0, 3]], np.float32)
WEIGHT = np.ones((5, 4), np.float32)
WEIGHT[3, 2] = 0
"""The row that gains most is none."""


def losses(objective: Literal["listwise", "pairwise"]) -> tuple[Any, Any]:
    """Loss and weight of each list."""
    from hone_trainer.backend.keras import tf

    task = Ranking(label="y", group="g", objective=objective)
    lists = tf.constant(np.arange(20, dtype=np.int32).reshape(5, 4))
    targets = Targets(tf.constant(GAINS.ravel()), tf.constant(WEIGHT.ravel()), lists)
    loss, weight = task.loss(
        Computed(tf.constant(SCORES.reshape(-1, 1)), Learned()), {}, targets, None
    )
    return loss.numpy(), weight.numpy()


def pairwise(row: int) -> float:
    """The mean over pairs, one after the other."""
    here = [k for k in range(4) if WEIGHT[row, k] > 0]
    found = [
        np.log1p(np.exp(SCORES[row, other] - SCORES[row, one]))
        for one in here
        for other in here
        if GAINS[row, one] > GAINS[row, other]
    ]
    return float(np.mean(found)) if found else 0.0


def listwise(row: int) -> float:
    """The cross-entropy between shares of the gain and a softmax."""
    here = WEIGHT[row] > 0
    gains, scores = GAINS[row, here], SCORES[row, here]
    shares = scores - np.log(np.exp(scores).sum())
    return float(-(gains * shares).sum() / gains.sum()) if gains.sum() else 0.0


def test_pairs_are_those_of_which_one_is_more_relevant() -> None:
    loss, weight = losses("pairwise")
    assert weight.tolist() == [1, 0, 0, 1, 1], "none where all are alike"
    assert loss == pytest.approx([pairwise(row) for row in range(5)], abs=1e-5)


def test_lists_share_their_gain() -> None:
    loss, weight = losses("listwise")
    assert weight.tolist() == [1, 1, 0, 1, 1]
    assert loss == pytest.approx([listwise(row) for row in range(5)], abs=1e-5)
