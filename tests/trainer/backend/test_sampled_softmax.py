"""A softmax over drawn items is on average that over all of them, whatever is drawn how often."""

from typing import Any

import numpy as np
import pytest

from hone_trainer.tasks.learned import Learned

pytestmark = pytest.mark.tensorflow

ITEMS = 40


class Scores:
    """A head that knows only how popular items are."""

    def __init__(self, bias: Any) -> None:
        self.bias = bias
        self.learned = Learned(keys=tuple(map(str, range(ITEMS))))

    def logits_of(self, features: Any, codes: Any) -> Any:
        from hone_trainer.backend.keras import tf

        return tf.gather(self.bias, codes)

    def logits_of_all(self, features: Any, codes: Any) -> Any:
        from hone_trainer.backend.keras import tf

        return tf.repeat(tf.gather(self.bias, codes)[tf.newaxis], len(features["vector"]), 0)


def drawn(bias: Any, truth: Any, count: int, step: int) -> Any:
    from hone_trainer.backend.draws import Draws
    from hone_trainer.backend.keras import tf
    from hone_trainer.backend.sampled_softmax import sampled_softmax

    features = {"vector": tf.zeros([len(truth), 1])}
    draws = Draws(tf.constant([7, step]))
    return sampled_softmax(Scores(bias), features, tf.constant(truth, tf.int32), count, draws)


@pytest.mark.parametrize("count", [5, 40, 1000])
def test_the_sum_over_drawn_items_is_on_average_that_over_all(count: int) -> None:
    """With 40 draws the most popular item is drawn seven times: it must not count for seven."""
    bias = np.random.default_rng(0).normal(0, 1, ITEMS).astype(np.float32)
    truth = np.arange(ITEMS)
    own = np.exp(bias[truth])
    sums = [np.exp(drawn(bias, truth, count, step)) * own for step in range(400)]
    expected = np.full(ITEMS, np.exp(bias).sum())
    assert np.mean(sums, axis=0) == pytest.approx(expected, rel=0.15)
    assert np.mean(sums) == pytest.approx(expected[0], rel=0.05)
