"""How the learning rate goes, and when a training has seen enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hone_trainer.train.schedule import LAST, LEAST_EPOCHS, LEAST_STEPS, batch_of, factor, settled

STEPS = st.integers(1, 100_000)


@given(STEPS, st.integers(0, 200_000))
def test_a_rate_is_never_more_than_was_asked_for_and_never_nothing(steps: int, step: int) -> None:
    assert 0 < factor("cosine", step, steps) <= 1
    assert factor("constant", step, steps) == 1


def test_it_rises_then_falls_to_what_is_left_at_the_end() -> None:
    rates = [factor("cosine", step, 1000) for step in range(1001)]
    top = rates.index(max(rates))
    assert top == 50
    assert rates[:51] == sorted(rates[:51])
    assert rates[50:] == sorted(rates[50:], reverse=True)
    assert rates[-1] == pytest.approx(LAST)


def test_a_long_training_rises_for_no_longer_than_five_hundred_steps() -> None:
    assert factor("cosine", 500, 1_000_000) == pytest.approx(1)


@pytest.mark.parametrize(
    ("losses", "patience", "ends"),
    [
        ([3, 2, 1], 1, False),
        ([3, 2, 2.5], 1, True),
        ([3, 2, 2.5], 2, False),
        ([3, 2, 2.5, 2.1], 2, True),
        ([3, float("inf"), 2.5], 1, False),
        ([], 1, False),
    ],
)
def test_it_ends_where_the_loss_has_not_fallen_for_so_long(
    losses: list[float], patience: int, ends: bool
) -> None:
    assert settled(losses, 10, patience) is ends


@pytest.mark.parametrize(("held", "ends"), [(0, True), (2, True), (3, False), (4, False)])
def test_epochs_in_which_not_all_was_trained_do_not_count_as_patience(
    held: int, ends: bool
) -> None:
    assert settled([1, 2, 3, 4], 10, 2, held) is ends


def test_nobody_ends_a_training_early_that_has_hardly_begun() -> None:
    rising = [*range(1, LEAST_EPOCHS)]
    assert not settled(rising, LEAST_STEPS - 1, None)
    assert settled(rising, LEAST_STEPS, None)
    assert settled([*rising, 99], 10, None)


def test_who_learned_long_may_rest_long() -> None:
    falling = [*range(100, 60, -1)]
    assert not settled([*falling, *[70] * 11], LEAST_STEPS, None)
    assert settled([*falling, *[70] * 12], LEAST_STEPS, None)


@pytest.mark.parametrize(
    ("units", "replicas", "listed", "batch"),
    [
        (20, 1, False, 20),
        (1000, 1, False, 64),
        (9_864, 1, False, 64),
        (108_000, 1, False, 512),
        (108_000, 3, False, 510),
        (10_000_000, 4, False, 4096),
        (500, 2, True, 64),
        (40, 1, True, 40),
        (1, 2, False, 1),
    ],
)
def test_a_batch_makes_about_two_hundred_steps_an_epoch(
    units: int, replicas: int, listed: bool, batch: int
) -> None:
    assert batch_of(units, replicas, listed=listed) == batch


@given(st.integers(1, 10**8), st.integers(1, 64), st.booleans())
def test_a_batch_is_a_multiple_of_its_replicas_wherever_there_are_rows_for_it(
    units: int, replicas: int, listed: bool
) -> None:
    batch = batch_of(units, replicas, listed=listed)
    assert 1 <= batch <= units
    assert batch % replicas == 0 or units < replicas
