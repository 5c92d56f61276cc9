"""What holds for every figure: weights, blocks, constant answers, degenerate answers."""

from typing import Any

import numpy as np
import pytest

from hone_trainer.metrics import METRICS
from hone_trainer.metrics.auc import Auc
from hone_trainer.metrics.log_loss import LogLoss
from hone_trainer.metrics.macro_f1 import MacroF1
from hone_trainer.metrics.mean import Mean
from hone_trainer.metrics.metric import Metric
from hone_trainer.metrics.ranking import Ndcg, Recall
from hone_trainer.metrics.reciprocal_rank import Mrr
from hone_trainer.metrics.scored import NotFinite, Scored, concatenate
from hone_trainer.metrics.squared_errors import R2
from tests.trainer.metrics.answers import binary, classes, lists, numbers, scored_binary

EVERY: list[Metric] = [metric() for metric in METRICS]


def answers_for(metric: Metric, seed: int = 0, rows: int = 60) -> Scored:
    draw = np.random.default_rng(seed)
    if "better" in metric.reads:
        return lists(draw.integers(0, 3, (rows, 7)), np.round(draw.random((rows, 7)), 1))
    if "value" in metric.reads:
        return numbers(draw, rows)
    if metric.key == "macroF1":
        return classes(draw, rows)
    if "scope" in metric.reads:
        known = (draw.random(rows) < 0.7).astype(float)
        return Scored({"scope": known, "forecast": np.round(draw.random(rows), 1)}, np.ones(rows))
    if "top" in metric.reads:
        return Scored({"top": draw.integers(0, 99, (rows, 10))}, np.ones(rows), answers=99)
    made = binary(draw, rows, ties=True)
    return scored_binary(
        made.columns["truth"], made.columns["probability"], group=draw.integers(0, 9, rows)
    )


@pytest.mark.parametrize("metric", EVERY, ids=lambda metric: metric.name)
def test_weight_2_is_the_row_twice_and_weight_0_is_no_row(metric: Metric) -> None:
    once = answers_for(metric)
    twice = concatenate([once, once.where(np.arange(len(once)) < 20)])
    weight = once.weight * np.where(np.arange(len(once)) < 20, 2, 1)
    doubled = Scored(once.columns, weight, once.unit, None, once.answers)
    assert metric.value(doubled) == pytest.approx(metric.value(twice), abs=1e-12)
    absent = once.where(np.arange(len(once)) >= 20)
    weight = once.weight * np.where(np.arange(len(once)) < 20, 0, 1)
    silent = Scored(once.columns, weight, once.unit, None, once.answers)
    assert metric.value(silent) == pytest.approx(metric.value(absent), abs=1e-12)


@pytest.mark.parametrize("cuts", [(30,), (1, 2, 59), (10, 20, 30, 40, 50)])
@pytest.mark.parametrize("metric", EVERY, ids=lambda metric: metric.name)
def test_any_cut_into_blocks_gives_the_figure_of_the_whole(
    metric: Metric, cuts: tuple[int, ...]
) -> None:
    whole = answers_for(metric)
    place = np.searchsorted(cuts, np.arange(len(whole)), "right")
    blocks = [whole.where(place == k) for k in range(len(cuts) + 1)]
    assert metric.value(concatenate(blocks)) == pytest.approx(metric.value(whole), abs=1e-12)
    if isinstance(metric, Mean | MacroF1):
        sums = np.sum([metric.sums(block) for block in blocks], axis=0)
        assert metric.merged(sums) == pytest.approx(metric.value(whole), abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("metric", EVERY, ids=lambda metric: metric.name)
def test_influences_cancel_out_and_say_what_a_heavier_unit_would_change(
    metric: Metric, seed: int
) -> None:
    answers = answers_for(metric, seed)
    influence = metric.influence(answers)
    if influence is None:
        return
    assert influence @ answers.weight == pytest.approx(0, abs=1e-9)
    unit, step = int(np.argmax(answers.weight)), 1e-6
    weight = answers.weight.copy()
    weight[unit] += step
    moved = Scored(answers.columns, weight, answers.unit, None, answers.answers)
    if metric.key == "aucByGroup":  # its influence is that of the whole group
        return
    slope = (metric.value(moved) - metric.value(answers)) / step * answers.total
    assert slope == pytest.approx(influence[unit], rel=1e-3, abs=1e-4)


@pytest.mark.parametrize(
    ("metric", "expected"),
    [(Ndcg(at=1), 0.25), (Recall(at=2), 0.5), (Mrr(), (1 + 1 / 2 + 1 / 3 + 1 / 4) / 4)],
)
def test_the_same_score_for_all_is_worth_what_chance_is(metric: Metric, expected: float) -> None:
    answers = lists([[0, 0, 1, 0]], [[0.3] * 4])
    assert metric.value(answers) == pytest.approx(expected)


def test_the_same_probability_for_all_has_an_auc_of_one_half() -> None:
    assert Auc().value(scored_binary([0, 1, 1, 0, 1], [0.4] * 5)) == 0.5


@pytest.mark.parametrize(
    ("metric", "answers", "reason"),
    [
        (Auc(), scored_binary([1, 1], [0.2, 0.3]), "label 1"),
        (Auc(), scored_binary([0, 0], [0.2, 0.3]), "label 0"),
        (Auc(), scored_binary([0, 1], [0.2, 0.3], [1, 0]), "label 0"),
        (R2(), Scored({"truth": np.ones(3), "value": np.arange(3.0)}, np.ones(3)), "in every row"),
        (R2(), Scored({"truth": np.arange(3) * 1e-200, "value": np.zeros(3)}, np.ones(3)), "small"),
        (R2(), Scored({"truth": np.arange(3) * 1e200, "value": np.zeros(3)}, np.ones(3)), "large"),
        (LogLoss(), scored_binary([], []), "no rows"),
        (Ndcg(), lists([[0, 0]], [[1, 2]]), "no rows"),
    ],
)
def test_what_is_not_defined_says_why(metric: Metric, answers: Scored, reason: str) -> None:
    told = metric.estimate(answers)
    assert told.value is None
    assert reason in told.reason
    assert reason in metric.difference(answers, answers).reason


def test_a_label_of_little_weight_is_a_label() -> None:
    answers = scored_binary([1, 0, 1], [0.9, 0.4, 0.5], [1e9, 1e-9, 1])
    assert Auc().estimate(answers).value == 1


@pytest.mark.parametrize("odd", [np.nan, np.inf])
def test_an_answer_that_is_no_number_is_refused(odd: float) -> None:
    with pytest.raises(NotFinite, match="probability"):
        scored_binary([0.0, 1.0], [0.2, odd])


def test_a_list_without_a_relevant_item_weighs_nothing() -> None:
    alone = lists([[0, 1]], [[0.1, 0.9]])
    beside = lists([[0, 1], [0, 0]], [[0.1, 0.9], [0.5, 0.4]])
    for metric in (Ndcg(), Recall(), Mrr()):
        assert metric.value(beside) == metric.value(alone)


@pytest.mark.slow
@pytest.mark.parametrize("metric", EVERY, ids=lambda metric: metric.name)
def test_no_figure_comes_out_beyond_what_it_can_be(metric: Metric) -> None:
    """Of long lists in which every item is relevant, sums round to a hair above 1."""
    answers = answers_for(metric)
    if "better" in metric.reads:
        answers = lists(np.ones((20, 5000)), np.zeros((20, 5000)))
    told = metric.estimate(answers)
    assert told.value is not None
    assert metric.limits[0] <= told.value <= metric.limits[1]
    if told.low is not None and told.high is not None:
        assert told.low <= told.value <= told.high


def test_segments_have_figures_of_their_own() -> None:
    draw = np.random.default_rng(0)
    answers = binary(draw, 100)
    country = np.array(["at", "ch"])[draw.integers(0, 2, 100)]
    told: dict[Any, Any] = dict(Auc().by(answers, country))
    assert set(told) == {"at", "ch"}
    assert told["at"].value == Auc().value(answers.where(country == "at"))
