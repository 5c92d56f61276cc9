"""How parts differ, held against scipy and by hand."""

from importlib import import_module
from typing import Any

import numpy as np
import pytest

from hone_trainer.profile.drift import (
    Shift,
    index,
    ks,
    label_rates,
    shift_of_numbers,
    shift_of_texts,
)
from hone_trainer.profile.value_counts import Tally
from tests.trainer.blocks import block, columns

stats: Any = import_module("scipy.stats")
DRAW = np.random.default_rng(0)


def numbers(*parts: Any) -> list[Shift]:
    """Compare numbers of the three parts."""
    places = [k for k, part in enumerate(parts) for _ in part]
    return shift_of_numbers("x", block(x=[v for part in parts for v in part], parts=places))


def texts(*parts: Any) -> list[Shift]:
    """Compare texts of the three parts."""
    places = [k for k, part in enumerate(parts) for _ in part]
    made = block(x=[v for part in parts for v in part], parts=places)
    return shift_of_texts("x", made, Tally.of(made, columns(x={"id": {}})[0]))


def test_the_index_is_that_of_the_formula() -> None:
    found, _ = index(np.array([50, 50]), np.array([80, 20]))
    assert found == pytest.approx(0.3 * np.log(0.8 / 0.5) + (-0.3) * np.log(0.2 / 0.5))


def test_equal_parts_do_not_differ() -> None:
    assert index(np.array([10, 20, 0]), np.array([100, 200, 0]))[0] == 0


@pytest.mark.parametrize("counts", [([0, 0], [1, 1]), ([5], [7]), ([5, 0], [7, 0])])
def test_what_cannot_be_compared_does_not_differ(counts: tuple[list[int], list[int]]) -> None:
    assert index(*map(np.array, counts)) == (0, 0)


@pytest.mark.parametrize("bins", [2, 10, 22])
def test_chance_is_the_upper_thousandth_of_chi_squared(bins: int) -> None:
    _, chance = index(np.full(bins, 100), np.full(bins, 50))
    upper = float(stats.chi2.ppf(0.999, bins - 1))
    assert chance == pytest.approx(upper * (1 / (100 * bins) + 1 / (50 * bins)), rel=0.05)


def test_rows_of_one_population_seldom_drift() -> None:
    draw = np.random.default_rng(1)
    for _ in range(50):
        for shift in numbers(draw.normal(size=300), draw.normal(size=40), draw.normal(size=25)):
            assert not shift.drifts


@pytest.mark.parametrize(
    "test", [DRAW.normal(1.5, size=400), DRAW.normal(0, 3, size=400), np.full(400, np.nan)]
)
def test_another_population_drifts(test: Any) -> None:
    draw = np.random.default_rng(1)
    validation, shifted = numbers(draw.normal(size=3000), draw.normal(size=400), test)
    assert not validation.drifts
    assert shifted.drifts
    assert shifted.part == "test"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (DRAW.normal(size=70), DRAW.normal(0.5, size=90)),
        (DRAW.integers(0, 4, 50), DRAW.integers(1, 6, 80)),
        (np.zeros(3), np.ones(3)),
    ],
)
def test_the_distance_is_that_of_scipy(first: Any, second: Any) -> None:
    wanted = stats.ks_2samp(first, second).statistic
    assert ks(np.sort(first), np.sort(second)) == pytest.approx(wanted)


def test_there_is_no_distance_to_nothing() -> None:
    assert ks(np.array([]), np.array([1.0])) is None


def test_parts_without_rows_are_left_out() -> None:
    assert [shift.part for shift in numbers([1, 2, 3], [], [1, 2])] == ["test"]
    assert texts(["a"], [], []) == []


def test_unseen_words_are_counted() -> None:
    validation, test = texts(["a", "b", None], ["a", "z", "z", None], ["a", "b"])
    assert validation.unseen == pytest.approx(2 / 3)
    assert test.unseen == 0


def test_words_that_change_places_drift() -> None:
    validation, test = texts(["a"] * 900 + ["b"] * 100, ["a"] * 90 + ["b"] * 10, ["b"] * 100)
    assert not validation.drifts
    assert test.drifts


def test_words_that_go_missing_drift() -> None:
    assert texts(["a"] * 900, ["a"] * 90 + [None] * 110, [])[0].drifts


def test_label_rates_have_the_interval_of_wilson() -> None:
    made = block(y=[1, 0, 0, 1, None, 1], parts=[0, 0, 0, 0, 0, 1])
    train, validation, test = label_rates("y", made)
    low, high = stats.binomtest(2, 4).proportion_ci(0.95, "wilson")
    assert (train.rows, train.rate) == (4, 0.5)
    assert train.low == pytest.approx(low, abs=1e-3)
    assert train.high == pytest.approx(high, abs=1e-3)
    assert validation.high == 1
    assert (test.rows, test.rate) == (0, None)
