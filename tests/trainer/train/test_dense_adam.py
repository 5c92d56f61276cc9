"""What Adam has XLA compile, where Keras lets it."""

from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow


@pytest.fixture
def optimizers() -> Any:
    """Ours, told to compile as on a GPU, and Keras's, told not to."""
    from hone_trainer.backend.keras import keras
    from hone_trainer.train.optimizers.adam import Adam

    ours, theirs = Adam(learning_rate=0.1).open(64), keras.optimizers.Adam(0.1, jit_compile=False)
    ours.jit_compile = True
    return ours, theirs


def watched(optimizer: Any) -> list[bool]:
    """Return a list that hears of each update whether it is being traced."""
    from hone_trainer.backend.keras import tf

    traced: list[bool] = []
    update = optimizer._update_step

    def watch(gradient: Any, variable: Any) -> None:
        traced.append(tf.inside_function())
        update(gradient, variable)

    optimizer._update_step = watch
    return traced


def test_sparse_gradients_of_any_length_are_never_compiled(optimizers: Any) -> None:
    from hone_trainer.backend.keras import tf

    tables = [tf.Variable(tf.ones((9, 2))) for _ in optimizers]
    traced = watched(optimizers[0])
    for optimizer, table in zip(optimizers, tables, strict=True):
        for ids in ([1], [3, 5], [0, 2, 8, 8]):
            gradient = tf.IndexedSlices(tf.ones((len(ids), 2)), tf.constant(ids), (9, 2))
            optimizer.apply_gradients([(gradient, table)])
    assert traced == [False] * 3
    assert np.allclose(tables[0], tables[1], rtol=1e-6)


def test_dense_gradients_are_compiled_once(optimizers: Any) -> None:
    from hone_trainer.backend.keras import tf

    table = tf.Variable(tf.ones((7, 3)))
    traced = watched(optimizers[0])
    for _ in range(3):
        optimizers[0].apply_gradients([(tf.ones((7, 3)), table)])
    assert traced == [True]


def test_weights_shrink_and_biases_do_not() -> None:
    from hone_trainer.backend.keras import tf
    from hone_trainer.train.optimizers.adam import Adam

    kernel, bias = (tf.Variable(tf.ones(3), name=f"dense/{name}") for name in ("kernel", "bias"))
    optimizer = Adam(learning_rate=0.1, weight_decay=0.5).open(64)
    optimizer.build([kernel, bias])
    optimizer.apply_gradients([(tf.zeros(3), kernel), (tf.zeros(3), bias)])
    assert kernel.numpy() == pytest.approx(np.full(3, 0.95))
    assert bias.numpy() == pytest.approx(np.ones(3))
