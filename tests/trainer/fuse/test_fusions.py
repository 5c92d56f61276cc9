"""Shares of a fusion, and the promise that it does no harm."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hone_trainer.fuse.ensemble_weights import LEAST, settle
from hone_trainer.fuse.fusions import AnyFusion
from hone_trainer.fuse.fusions.vote import Vote
from hone_trainer.fuse.fusions.weighted_average import WeightedAverage
from hone_trainer.metrics.scores import accuracy, log_loss


def members(
    seed: int, count: int, rows: int = 200
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Members of different worth that see the same rows."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, rows).astype(np.float32)
    worth = rng.random((count, 1)) * 2
    logits = worth * (2 * labels - 1) + rng.normal(size=(count, rows)) * (1 + rng.random())
    return 1 / (1 + np.exp(-logits)), labels


@pytest.mark.parametrize("kind", AnyFusion.kinds)
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**31), count=st.integers(1, 6))
def test_shares_are_a_point_of_the_simplex(kind: str, seed: int, count: int) -> None:
    predictions, labels = members(seed, count)
    shares = AnyFusion.model_validate({kind: {}}).value.fit(predictions, labels)
    assert len(shares) == count
    assert min(shares) >= 0
    assert sum(shares) == pytest.approx(1)


def test_a_vote_counts_everyone_the_same() -> None:
    assert Vote().fit(np.zeros((4, 2)), np.zeros(2)) == (0.25,) * 4


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**31), count=st.integers(2, 5))
def test_the_weighted_average_has_the_least_loss(seed: int, count: int) -> None:
    predictions, labels = members(seed, count)
    shares = np.asarray(WeightedAverage().fit(predictions, labels))
    best = log_loss(labels, shares @ predictions)
    rng = np.random.default_rng(seed)
    others = [*np.eye(count), np.full(count, 1 / count), *rng.dirichlet(np.ones(count), 20)]
    assert all(best <= log_loss(labels, other @ predictions) + 1e-4 for other in others)


def test_a_perfect_member_takes_all() -> None:
    labels = np.array([0, 1, 1, 0] * 10, np.float32)
    predictions = np.stack([labels * 0.98 + 0.01, np.full(40, 0.5)])
    assert WeightedAverage().fit(predictions, labels)[0] > 0.99


def test_impossible_predictions_do_not_divide_by_zero() -> None:
    labels = np.array([1, 0], np.float32)
    shares = WeightedAverage().fit(np.array([[0.0, 1.0], [0.0, 1.0]]), labels)
    assert np.isfinite(shares).all()


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**31), count=st.integers(1, 6))
def test_settled_shares_are_never_worse_than_the_best_member(seed: int, count: int) -> None:
    predictions, labels = members(seed, count, rows=30)
    rng = np.random.default_rng(seed)
    settled = settle(tuple(rng.dirichlet(np.ones(count))), predictions, labels)
    best = max(accuracy(labels, member) for member in predictions)
    assert accuracy(labels, settled.join(predictions)) >= best
    assert sum(settled.shares) == pytest.approx(1)
    assert all(share == 0 or share >= LEAST for share in settled.shares)


def test_the_best_member_goes_on_alone_where_fusing_harms() -> None:
    labels = np.array([1, 1, 0, 0], np.float32)
    predictions = np.array([[0.6, 0.6, 0.4, 0.4], [0.1, 0.1, 0.9, 0.9]])
    settled = settle((0.5, 0.5), predictions, labels)
    assert settled.alone == 0
    assert settled.shares == (1.0, 0.0)


def test_a_negligible_member_is_left_out() -> None:
    labels = np.array([1, 0], np.float32)
    predictions = np.array([[0.9, 0.1], [0.8, 0.2]])
    assert settle((0.995, 0.005), predictions, labels).shares == (1.0, 0.0)
