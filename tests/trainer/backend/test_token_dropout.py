"""Words left out of a text: as many as were asked for, never padding, and none of an answer."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow


@pytest.mark.parametrize("instead", [0, 1])
def test_a_step_leaves_out_as_many_as_asked_for(instead: int) -> None:
    from hone_trainer.backend.draws import Draws, drawing
    from hone_trainer.backend.keras import tf
    from hone_trainer.backend.token_dropout import TokenDropout

    ids = np.tile(np.array([0, 0, 5, 6, 7, 8], np.int32), (4000, 1))
    layer = TokenDropout(0.3, 8_000, instead)
    with drawing(Draws(tf.constant([3, 4]))):
        found = np.asarray(layer(tf.constant(ids), training=True))
        again = np.asarray(layer(tf.constant(ids), training=True))
        other = np.asarray(TokenDropout(0.3, 199, instead)(tf.constant(ids), training=True))
    assert (found == again).all()
    assert (found != other).any()
    assert (found[:, :2] == 0).all()
    gone = found[:, 2:] == instead
    assert (found[:, 2:][~gone] == ids[:, 2:][~gone]).all()
    assert gone.mean() == pytest.approx(0.3, abs=0.02)
    assert (np.asarray(layer(tf.constant(ids), training=True)) == ids).all()
    assert (np.asarray(layer(tf.constant(ids))) == ids).all()
    assert TokenDropout.from_config(layer.get_config()).get_config() == layer.get_config()
