"""Large variables made as zeros and filled in slices: the same values, no large temporary."""

from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow


@pytest.fixture
def sliced(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A block in which everything over a kilobyte is large, and slices are small."""
    monkeypatch.setattr("hone_trainer.train.ps_start.LARGE", 1024)
    monkeypatch.setattr("hone_trainer.store.chunked_array.spans.__defaults__", (640,))
    from hone_trainer.train.ps_start import sliced_start

    return sliced_start


def test_a_table_is_drawn_as_its_initialiser_says(sliced: Any) -> None:
    from hone_trainer.backend.keras import keras

    with sliced():
        layer = keras.layers.Embedding(200, 16)
        layer.build((None, 1))
    values = layer.get_weights()[0]
    assert np.abs(values).max() <= 0.05
    assert values.std() == pytest.approx(0.1 / np.sqrt(12), rel=0.1)
    assert len(np.unique(values, axis=0)) == 200  # no slice repeats another


def test_moments_begin_at_nothing(sliced: Any) -> None:
    from hone_trainer.backend.keras import keras

    with sliced():
        layer = keras.layers.Embedding(200, 16)
        layer.build((None, 1))
        optimizer = keras.optimizers.Adam()
        optimizer.build(layer.trainable_variables)
    moments = [v.numpy() for v in optimizer.variables if v.shape.rank == 2]
    assert [m.shape for m in moments] == [(200, 16)] * 2
    assert not np.any(moments)


def test_small_variables_and_given_values_are_left_alone(sliced: Any) -> None:
    from hone_trainer.backend.keras import tf

    with sliced():
        small = tf.Variable(tf.range(3.0))
        given = tf.Variable(tf.ones((200, 16)))
    assert small.numpy().tolist() == [0, 1, 2]
    assert given.numpy().all()


def test_outside_the_block_nothing_changes(sliced: Any) -> None:
    from hone_trainer.backend.keras import keras

    with sliced():
        pass
    keras.utils.set_random_seed(1)
    layer = keras.layers.Embedding(200, 16)
    layer.build((None, 1))
    assert layer.get_weights()[0].std() > 0
