"""Ranks and areas of plain columns, held against scikit-learn; what cannot be known, in words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hone_trainer.metrics import named
from hone_trainer.metrics.scores import Floats, auc, midranks
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
    assert auc(labels, p) == pytest.approx(sk.roc_auc_score(labels, p))


@pytest.mark.parametrize(
    ("name", "heading"),
    [("auc", "AUC"), ("ndcg@5", "NDCG@5"), ("recall", "recall@10"), ("coverage@3", "coverage@3")],
)
def test_a_figure_at_a_cut_says_at_which(name: str, heading: str) -> None:
    assert named(name).heading == heading


def test_no_order_without_two_classes() -> None:
    assert auc(np.ones(4), np.linspace(0, 1, 4)) is None


def test_one_reason_is_said_once() -> None:
    assert say({}) == ()
    assert say({"auc": "so", "accuracy": "thus", "logLoss": "so"}) == (
        "auc, logLoss cannot be known: so.",
        "accuracy cannot be known: thus.",
    )


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
