"""Shares of a fusion, and the promise that it does no harm."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone_trainer.fuse.ensemble_weights import LEAST, Settled, settle
from hone_trainer.fuse.fusion import Answered
from hone_trainer.fuse.fusions import AnyFusion
from hone_trainer.fuse.fusions.vote import Vote
from hone_trainer.fuse.fusions.weighted_average import WeightedAverage
from hone_trainer.metrics import named
from hone_trainer.tasks.binary import Binary
from hone_trainer.tasks.learned import Targets
from hone_trainer.tasks.next_item import NextItem
from hone_trainer.tasks.number import Number
from hone_trainer.tasks.ranking import Ranking
from hone_trainer.tasks.scoring import score


def clicked(predictions: Any, labels: Any, weight: Any = None) -> Answered:
    """Members that answered a yes or no: predictions (members, rows)."""
    return _answered(Binary(label="clicked"), "probability", predictions, labels, weight)


def spent(predictions: Any, truth: Any, weight: Any = None, **words: Any) -> Answered:
    """Members that answered with a number."""
    return _answered(Number(label="spent", **words), "value", predictions, truth, weight)


def _answered(task: Any, name: str, predictions: Any, truth: Any, weight: Any) -> Answered:
    weight = np.ones(len(truth), np.float32) if weight is None else np.asarray(weight, np.float32)
    each = tuple({name: np.asarray(member, np.float64)[:, None]} for member in predictions)
    return Answered(task, Targets(np.asarray(truth), weight), each)


def figure(answered: Answered, shares: Any, metric: str) -> float:
    """The figure of the members' answers, joined with such shares."""
    joint = answered.joint(np.asarray(shares, np.float64))
    return named(metric).value(score(answered.task, answered.targets, joint))


def members(seed: int, count: int, rows: int = 200) -> Answered:
    """Members of different worth that see the same rows, among them both labels."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, rows).astype(np.float32)
    labels[:2] = 0, 1
    worth = rng.random((count, 1)) * 2
    logits = worth * (2 * labels - 1) + rng.normal(size=(count, rows)) * (1 + rng.random())
    return clicked(1 / (1 + np.exp(-logits)), labels)


def guesses(seed: int, count: int, rows: int = 200, **words: Any) -> Answered:
    """Members that guess a number, each with an error and an offset of its own."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(10, 3, rows)
    error = rng.normal(size=(count, rows)) * rng.random((count, 1)) * 4
    return spent(truth + error + rng.normal(size=(count, 1)), truth, **words)


@pytest.mark.parametrize("kind", AnyFusion.kinds)
@pytest.mark.parametrize("drawn", [members, guesses])
@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**31), count=st.integers(1, 6))
def test_shares_are_a_point_of_the_simplex(drawn: Any, kind: str, seed: int, count: int) -> None:
    shares = AnyFusion.model_validate({kind: {}}).value.fit(drawn(seed, count))
    assert len(shares) == count
    assert min(shares) >= 0
    assert sum(shares) == pytest.approx(1)


def test_votes_are_counted_and_probabilities_decide_between_equals() -> None:
    labels = np.array([1, 1, 0], np.float32)
    said = np.array([[0.6, 0.9, 0.2], [0.6, 0.4, 0.6], [0.1, 0.3, 0.6]])
    answered = replace(clicked(said, labels), voting="hard")
    (told,) = (each["probability"][:, 0] for each in answered.joint(np.full(3, 1 / 3)))
    np.testing.assert_allclose(told, [2 / 3, 1 / 3, 2 / 3], atol=0.001)
    (told,) = (each["probability"][:, 0] for each in answered.joint(np.array([0.5, 0.5, 0])))
    assert told[1] > 0.5 > told[2], "of one vote each, 0.9 and 0.4 say yes, 0.2 and 0.6 say no"
    (alone,) = (each["probability"][:, 0] for each in answered.alone(0))
    np.testing.assert_allclose(alone, said[0])


def test_places_count_whatever_the_certainty() -> None:
    """Two of three put item 2 first; the third is sure of item 0, which they have last."""
    told = np.array([[[0.1, 0.4, 0.5]], [[0.1, 0.4, 0.5]], [[0.98, 0.011, 0.009]]])
    task = NextItem(label="item")
    targets = Targets(np.array([2]), np.ones(1, np.float32))
    answered = Answered(task, targets, tuple({"probabilities": each} for each in told))
    (soft,) = (each["probabilities"][0] for each in answered.joint(np.full(3, 1 / 3)))
    assert soft.argmax() == 0
    (found,) = (
        each["probabilities"][0]
        for each in replace(answered, voting="ranks").joint(np.full(3, 1 / 3))
    )
    ranks = np.array([2 / 63 + 1 / 61, 2 / 62 + 1 / 62, 2 / 61 + 1 / 63])
    np.testing.assert_allclose(found, ranks / ranks.sum())
    assert found.argmax() == 2


def test_a_vote_counts_everyone_the_same() -> None:
    assert Vote().fit(clicked(np.zeros((4, 2)), np.zeros(2))) == (0.25,) * 4


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**31), count=st.integers(2, 5))
def test_the_weighted_average_has_the_least_loss(seed: int, count: int) -> None:
    answered = members(seed, count)
    best = figure(answered, WeightedAverage().fit(answered), "logLoss")
    rng = np.random.default_rng(seed)
    others = [*np.eye(count), np.full(count, 1 / count), *rng.dirichlet(np.ones(count), 20)]
    assert all(best <= figure(answered, other, "logLoss") + 1e-4 for other in others)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**31), count=st.integers(2, 5))
def test_of_numbers_it_has_no_greater_error_than_any_member_or_pair(seed: int, count: int) -> None:
    answered = guesses(seed, count)
    best = figure(answered, WeightedAverage().fit(answered), "rmse")
    pairs = [(one + other) / 2 for one in np.eye(count) for other in np.eye(count)]
    assert all(best <= figure(answered, pair, "rmse") + 1e-9 for pair in pairs)


def test_scores_of_another_unit_count_no_more_than_others() -> None:
    """One member is right about the first list, the other, a thousand times as wide, elsewhere."""
    truth = np.array([1.0, 0.0, 0.0, 1.0])
    told = np.array([[1.0, -1.0, 0.2, -0.2], [-100.0, 100.0, -1000.0, 1000.0]])
    targets = Targets(truth, np.ones(4, np.float32), group=np.array([0, 0, 1, 1]))
    each = tuple({"score": scores[:, None]} for scores in told)
    answered = Answered(Ranking(label="grade", group="query"), targets, each)
    (joint,) = (block["score"][:, 0] for block in answered.joint(np.array([0.5, 0.5])))
    assert joint[0] > joint[1]
    assert joint[3] > joint[2]
    shares = answered.scaled(np.array([0.5, 0.5]))
    assert shares[0] > 0.99
    np.testing.assert_allclose(shares @ told * joint[0] / (shares @ told)[0], joint)


def test_a_perfect_member_takes_all() -> None:
    labels = np.array([0, 1, 1, 0] * 10, np.float32)
    predictions = np.stack([labels * 0.98 + 0.01, np.full(40, 0.5)])
    assert WeightedAverage().fit(clicked(predictions, labels))[0] > 0.99


def test_rows_without_a_target_have_no_say() -> None:
    labels = np.array([0, 1, 1, 0] * 10, np.float32)
    right, wrong = labels * 0.98 + 0.01, 0.99 - labels * 0.98
    there = np.arange(40) < 20
    predictions = np.stack([np.where(there, right, wrong), np.where(there, wrong, right)])
    assert WeightedAverage().fit(clicked(predictions, labels, there))[0] > 0.99
    assert settle((0.5, 0.5), clicked(predictions, labels, there)).alone == 0
    assert settle((0.5, 0.5), clicked(predictions, labels, ~there)).alone == 1


def test_impossible_predictions_do_not_divide_by_zero() -> None:
    labels = np.array([1, 0], np.float32)
    shares = WeightedAverage().fit(clicked([[0.0, 1.0], [0.0, 1.0]], labels))
    assert np.isfinite(shares).all()


def settled_by_chance(answered: Answered, seed: int) -> Settled:
    """What becomes of shares that nobody fitted."""
    rng = np.random.default_rng(seed)
    settled = settle(tuple(rng.dirichlet(np.ones(len(answered.members)))), answered)
    assert sum(settled.shares) == pytest.approx(1)
    assert all(share == 0 or share >= LEAST for share in settled.shares)
    return settled


def shown(answered: Answered, settled: Settled, names: tuple[str, str]) -> bool:
    """Whether it is more than noise that the best member is better than what goes on."""
    best = settled.best.scored
    for name in names:
        change = named(name).difference(best, settled.scored)
        if change.low is not None and change.high is not None and change.low * change.high > 0:
            return named(name).harm(0.0, change.value or 0.0) > 0
    return False


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**31), count=st.integers(1, 6))
def test_what_goes_on_is_not_shown_to_be_worse_than_the_best_member(seed: int, count: int) -> None:
    answered = members(seed, count, rows=30)
    settled = settled_by_chance(answered, seed)
    assert not shown(answered, settled, ("auc", "logLoss"))
    assert settled.joint["auc"].value == pytest.approx(figure(answered, settled.shares, "auc"))
    votes = settle((1 / count,) * count, replace(answered, voting="hard"))
    alone = [figure(answered, one, "auc") for one in np.eye(count)]
    assert (votes.joint["auc"].value or 0) >= max(alone) - 1e-12, "of votes, the figure's sign"


@pytest.mark.parametrize("words", [{}, {"log": True}, {"error": "absolute"}])
@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**31), count=st.integers(1, 6))
def test_of_a_figure_that_had_better_be_low_neither(
    words: dict[str, Any], seed: int, count: int
) -> None:
    answered = guesses(seed, count, rows=30, **words)
    names = tuple(metric.name for metric in answered.task.metrics() if metric.chooses)
    assert not shown(answered, settled_by_chance(answered, seed), (names[0], names[1]))


def test_the_best_member_goes_on_alone_where_fusing_harms() -> None:
    labels = np.array([1, 1, 0, 0], np.float32)
    predictions = np.array([[0.6, 0.6, 0.4, 0.4], [0.1, 0.1, 0.9, 0.9]])
    settled = settle((0.5, 0.5), clicked(predictions, labels))
    assert settled.alone == 0
    assert settled.shares == (1.0, 0.0)


def test_of_numbers_the_one_with_the_least_error_goes_on_alone() -> None:
    truth = np.array([1.0, 2.0, 3.0])
    settled = settle((0.5, 0.5), spent([truth + 9, truth + 1], truth))
    assert (settled.alone, settled.shares) == (1, (0.0, 1.0))
    assert settled.joint["rmse"].value == pytest.approx(1)


def test_members_whose_errors_cancel_out_stay_together() -> None:
    truth = np.array([1.0, 2.0, 3.0])
    settled = settle((0.5, 0.5), spent([truth + 1, truth - 1], truth))
    assert (settled.alone, settled.shares) == (None, (0.5, 0.5))
    assert settled.joint["rmse"].value == pytest.approx(0)


def test_where_the_leading_figure_is_not_defined_the_next_one_decides() -> None:
    ones = np.ones(4, np.float32)
    settled = settle((0.5, 0.5), clicked([np.full(4, 0.9), np.full(4, 0.2)], ones))
    assert settled.joint["auc"].value is None
    assert settled.alone == 0


def test_a_negligible_member_is_left_out() -> None:
    labels = np.array([1, 0], np.float32)
    answered = clicked([[0.9, 0.1], [0.8, 0.2]], labels)
    assert settle((0.995, 0.005), answered).shares == (1.0, 0.0)
