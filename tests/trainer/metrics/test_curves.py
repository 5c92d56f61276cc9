"""Curves and tables behind figures, against independent implementations and by hand."""

import numpy as np
import pytest
from sklearn import metrics as theirs

from hone_trainer.metrics.auc import Auc
from hone_trainer.metrics.curves import confusion, residuals, roc, spread
from hone_trainer.metrics.scored import Scored
from tests.trainer.metrics.answers import binary, classes, numbers
from tests.trainer.metrics.test_against_others import SEEDS, weighted


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_roc_curve_is_theirs(seed: int, ties: bool) -> None:
    answers = binary(np.random.default_rng(seed), ties=ties, weights=weighted(seed))
    wrong, right = roc(answers, points=5000)
    pair = answers.columns["truth"], answers.columns["probability"]
    fpr, tpr, _ = theirs.roc_curve(*pair, sample_weight=answers.weight, drop_intermediate=False)
    assert np.trapezoid(right, wrong) == pytest.approx(Auc().value(answers))
    told = {(round(a, 9), round(b, 9)) for a, b in zip(fpr, tpr, strict=True)}
    assert {(round(a, 9), round(b, 9)) for a, b in zip(wrong, right, strict=True)} <= told


def test_of_many_rows_a_roc_curve_keeps_few_points_and_its_area() -> None:
    answers = binary(np.random.default_rng(1), 50_000)
    wrong, right = roc(answers)
    assert len(wrong) <= 102
    assert (wrong[0], right[0], wrong[-1], right[-1]) == (0, 0, 1, 1)
    assert np.trapezoid(right, wrong) == pytest.approx(Auc().value(answers), abs=1e-3)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_confusion_of_all_classes_is_theirs(seed: int) -> None:
    answers = classes(np.random.default_rng(seed), weights=weighted(seed))
    kept, cells = confusion(answers, most=5)
    pair = answers.columns["truth"], answers.columns["decision"]
    expected = theirs.confusion_matrix(*pair, sample_weight=answers.weight)
    assert kept.tolist() == [0, 1, 2, 3, 4]
    assert cells == pytest.approx(expected)


def test_the_most_confused_classes_are_told_apart_and_nothing_is_lost() -> None:
    truth = np.array([0, 0, 1, 1, 2, 3, 3, 3, -1])
    decision = np.array([0, 0, 3, 1, 2, 1, 1, 3, 2])
    answers = Scored({"truth": truth, "decision": decision}, np.ones(9), answers=4)
    kept, cells = confusion(answers, most=2)
    assert kept.tolist() == [1, 3], "the two that are taken for each other, in their own order"
    assert cells.tolist() == [[1, 1, 0], [2, 1, 0], [0, 0, 4]]
    assert cells.sum() == 9


def test_the_spread_of_what_came_true_widens_where_it_does() -> None:
    draw = np.random.default_rng(0)
    value = draw.uniform(10, 20, 30_000)
    truth = value + draw.normal(0, 1, 30_000) * value
    means, quantiles = spread(Scored({"value": value, "truth": truth}, np.ones(30_000)), bins=10)
    assert means == pytest.approx(np.arange(10.5, 20), abs=0.1)
    assert quantiles[:, 1] == pytest.approx(means, rel=0.07)
    width = (quantiles[:, 2] - quantiles[:, 0]) / means
    assert width == pytest.approx(np.full(10, 2 * 1.2816), rel=0.08)


def test_equal_answers_are_one_bin_and_rows_without_weight_none() -> None:
    weight = np.array([1.0, 1, 1, 0])
    truth = np.array([1.0, 2, 3, 99])
    means, quantiles = spread(Scored({"value": np.full(4, 2.0), "truth": truth}, weight))
    assert means.tolist() == [2]
    assert quantiles.tolist() == [[1, 2, 3]]


@pytest.mark.parametrize("seed", SEEDS)
def test_all_errors_are_in_some_bin(seed: int) -> None:
    answers = numbers(np.random.default_rng(seed), weights=weighted(seed))
    shares = residuals(answers, np.linspace(-1, 1, 11))
    assert shares.sum() == pytest.approx(1)
    error = answers.columns["value"] - answers.columns["truth"]
    far = np.average(error >= 0.8, weights=answers.weight)
    assert shares[-1] == pytest.approx(far)
