"""The figures, held against scikit-learn."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hone_trainer.metrics.scores import Floats, accuracy, auc, log_loss, measure, midranks, unknown
from hone_trainer.metrics.unknowns import say


def drawn(seed: int, rows: int = 500, ties: bool = False) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, rows).astype(np.float32)
    probabilities = np.clip(0.3 * labels + 0.7 * rng.random(rows), 0, 1)
    return labels, np.round(probabilities, 1) if ties else probabilities


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_agrees_with_scikit_learn(seed: int, ties: bool) -> None:
    import sklearn.metrics as sk

    labels, p = drawn(seed, ties=ties)
    assert accuracy(labels, p) == pytest.approx(sk.accuracy_score(labels, p >= 0.5))
    assert auc(labels, p) == pytest.approx(sk.roc_auc_score(labels, p))
    clipped = np.clip(p, 1e-7, 1 - 1e-7)
    assert log_loss(labels, p) == pytest.approx(sk.log_loss(labels, clipped), rel=1e-6)


def test_no_order_without_two_classes() -> None:
    assert auc(np.ones(4), np.linspace(0, 1, 4)) is None


@pytest.mark.parametrize(
    ("labels", "probabilities", "names", "why"),
    [
        (np.ones(4), np.linspace(0, 1, 4), ["auc"], "all 4 rows of the test part have the label 1"),
        (np.zeros(1), np.ones(1), ["auc"], "all 1 rows of the test part have the label 0"),
        (
            np.array([0.0, 1.0]),
            np.array([0.5, np.nan]),
            ["accuracy", "auc", "logLoss"],
            "the model gives no number for 1 of 2 rows of the test part",
        ),
        (
            np.ones(2),
            np.array([np.inf, np.nan]),
            ["accuracy", "auc", "logLoss"],
            "the model gives no number for 2 of 2 rows of the test part",
        ),
        (np.array([0.0, 1.0]), np.array([0.5, 0.5]), [], ""),
    ],
)
def test_a_figure_that_cannot_be_known_is_none_and_has_a_reason(
    labels: Floats, probabilities: Floats, names: list[str], why: str
) -> None:
    figures, gaps = measure(labels, probabilities), unknown(labels, probabilities, "test")
    assert [name for name, value in figures.items() if value is None] == names == list(gaps)
    assert all(each.startswith(why) for each in gaps.values())
    assert all(math.isfinite(value) for value in figures.values() if value is not None)


def test_one_reason_is_said_once() -> None:
    assert say({}) == ()
    assert say({"auc": "so", "accuracy": "thus", "logLoss": "so"}) == (
        "auc, logLoss cannot be known: so.",
        "accuracy cannot be known: thus.",
    )


def test_a_certain_mistake_costs_a_finite_loss() -> None:
    assert math.isfinite(log_loss(np.array([1.0, 0.0]), np.array([0.0, 1.0], np.float32)))


def test_float32_probabilities_of_one_are_finite() -> None:
    assert log_loss(np.array([1.0]), np.array([1.0], np.float32)) == pytest.approx(1e-7, rel=0.1)


@given(st.integers(0, 10_000))
def test_auc_mirrors(seed: int) -> None:
    labels, p = drawn(seed, 40, ties=True)
    if 0 < labels.sum() < len(labels):
        area, mirrored = auc(labels, p), auc(labels, 1 - p)
        assert area is not None
        assert mirrored is not None
        assert area + mirrored == pytest.approx(1)
        assert auc(labels, p) == pytest.approx(auc(labels, p**3))


def test_equal_values_share_their_ranks() -> None:
    assert midranks(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [3.5, 1.0, 3.5, 2.0]


def test_every_figure_has_its_name() -> None:
    assert list(measure(*drawn(0))) == ["accuracy", "auc", "logLoss"]
