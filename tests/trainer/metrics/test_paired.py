"""Differences on the same rows."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from hone_trainer.metrics.paired_intervals import Difference, accuracy_difference, auc_difference
from hone_trainer.metrics.scores import Floats, accuracy, auc

Compare = Callable[[Floats, Floats, Floats], Difference | None]


def difference(compare: Compare, labels: Floats, before: Floats, after: Floats) -> Difference:
    found = compare(labels, before, after)
    assert found is not None
    return found


def two_models(seed: int, rows: int = 4000, noise: float = 0.05) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng(seed)
    score = rng.normal(size=rows)
    labels = (rng.random(rows) < 1 / (1 + np.exp(-2 * score))).astype(np.float32)
    before = 1 / (1 + np.exp(-2 * score))
    after = np.clip(before + noise * rng.normal(size=rows), 0, 1)
    return labels, before, after


@pytest.mark.parametrize("compare", [accuracy_difference, auc_difference])
def test_a_model_does_not_differ_from_itself(compare: Compare) -> None:
    labels, before, _ = two_models(0)
    found = difference(compare, labels, before, before)
    assert (found.estimate, found.low, found.high) == (0, 0, 0)


@pytest.mark.parametrize(
    ("compare", "figure"), [(accuracy_difference, accuracy), (auc_difference, auc)]
)
def test_the_estimate_is_the_difference_and_the_interval_is_that_of_a_bootstrap(
    compare: Compare, figure: Callable[[Floats, Floats], float]
) -> None:
    labels, before, after = two_models(1)
    found = difference(compare, labels, before, after)
    assert found.estimate == pytest.approx(figure(labels, after) - figure(labels, before))
    rng = np.random.default_rng(2)
    draws = [
        figure(labels[i], after[i]) - figure(labels[i], before[i])
        for i in (rng.integers(0, len(labels), len(labels)) for _ in range(400))
    ]
    low, high = np.percentile(draws, [2.5, 97.5])
    assert found.high - found.low == pytest.approx(high - low, rel=0.15)


def test_pairs_are_sharper_than_two_separate_accuracies() -> None:
    labels, before, after = two_models(3)
    found = difference(accuracy_difference, labels, before, after)
    p = accuracy(labels, before)
    separate = 2 * 1.96 * math.sqrt(2 * p * (1 - p) / len(labels))
    assert found.high - found.low < separate / 2


def test_no_area_without_two_classes() -> None:
    assert auc_difference(np.ones(5), np.linspace(0, 1, 5), np.linspace(0, 1, 5)) is None


def test_one_row_of_a_label_leaves_every_interval_open() -> None:
    labels, before, after = np.array([1.0, 0, 0]), np.array([0.9, 0.1, 0.2]), np.array([0.1] * 3)
    assert auc_difference(labels, before, after) == Difference(-0.5, -1.0, 1.0)


@pytest.mark.parametrize("compare", [accuracy_difference, auc_difference])
@pytest.mark.parametrize("swapped", [False, True])
def test_a_model_that_gives_no_number_cannot_be_compared(compare: Compare, swapped: bool) -> None:
    labels, before, _ = two_models(0, 20)
    broken = np.where(np.arange(20) == 7, np.nan, before)
    pair = (broken, before) if swapped else (before, broken)
    assert compare(labels, *pair) is None
