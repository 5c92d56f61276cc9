"""How fast Adam goes: as somebody says, or as suits the batch."""

import pytest

from hone_trainer.train.optimizers.adam import Adam, default_rate
from hone_trainer.train.optimizers.sgd import Sgd


@pytest.mark.parametrize(
    ("batch", "rate"),
    [(1, 0.000125), (64, 0.001), (256, 0.002), (1024, 0.004), (4096, 0.008), (1_048_576, 0.01)],
)
def test_the_rate_grows_with_the_root_of_the_batch_up_to_a_bound(batch: int, rate: float) -> None:
    assert default_rate(batch) == Adam().rate(batch) == pytest.approx(rate)


def test_a_rate_that_somebody_says_is_taken_at_every_batch() -> None:
    assert {Adam(learning_rate=0.3).rate(batch) for batch in (1, 64, 65_536)} == {0.3}


@pytest.mark.tensorflow
@pytest.mark.parametrize(("momentum", "moved"), [(0.0, 0.2), (0.9, 0.29)])
def test_gradient_descent_steps_by_its_rate_and_what_is_left_of_the_last(
    momentum: float, moved: float
) -> None:
    from hone_trainer.backend.keras import tf

    optimizer = Sgd(learning_rate=0.1, momentum=momentum).open(64)
    variable = tf.Variable(1.0)
    for _ in range(2):
        optimizer.apply_gradients([(tf.constant(1.0), variable)])
    assert 1 - float(variable) == pytest.approx(moved)


@pytest.mark.tensorflow
@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize(("said", "shrinks"), [(None, 1.0), (0.0, None), (0.3, 0.3)])
def test_weights_shrink_as_somebody_says_or_as_suits_the_model(
    lazy: bool, said: float | None, shrinks: float | None
) -> None:
    opened = Adam(weight_decay=said, lazy=lazy).open(64, decay=1.0)
    assert opened.weight_decay == shrinks
    assert Adam(lazy=lazy).open(64).weight_decay is None


@pytest.mark.tensorflow
@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize(("said", "rate"), [(None, 0.004), (0.1, 0.1)])
def test_the_optimiser_goes_at_that_rate(lazy: bool, said: float | None, rate: float) -> None:
    opened = Adam(learning_rate=said, lazy=lazy).open(1024)
    assert float(opened.learning_rate) == pytest.approx(rate)
