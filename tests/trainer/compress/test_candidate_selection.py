"""Which candidate wins: a table."""

from dataclasses import replace
from typing import Any, Literal

import pytest

from hone_trainer.compress.candidate_selection import (
    Limit,
    Size,
    Trial,
    choose,
    explain,
    measure_size,
    summarize,
)
from hone_trainer.compress.spec import Budget
from hone_trainer.metrics import METRICS, named
from hone_trainer.metrics.metric import Estimate, Metric


def trial(
    name: str, drop: float = 0.0, packaged: int = 100, p50: float = 10.0, failure: str = ""
) -> Trial:
    return Trial(
        name,
        failure,
        Size(packaged * 2, packaged, 7),
        {"auc": 0.95 - drop, "logLoss": 0.3},
        Estimate(-drop, -drop - 0.001, -drop + 0.001),
        drop,
        (p50, p50 + 1),
    )


def limit(most: float, metric: str = "auc") -> Limit:
    return Limit(named(metric), most)


SMALL = trial("small", drop=0.004, packaged=10, p50=9)
FAST = trial("fast", drop=0.002, packaged=50, p50=3)
TINY_BUT_BAD = trial("tiny", drop=0.02, packaged=1, p50=1)
BETTER = trial("better", drop=-0.003, packaged=60, p50=8)
CRASHED = trial("crashed", packaged=0, p50=0, failure="the converter was ended by SIGSEGV")
WHY = "every row has the label 1"
UNKNOWN = replace(trial("unknown", packaged=1, p50=1), change=Estimate(None, reason=WHY), harm=None)


@pytest.mark.parametrize(
    ("trials", "max_drop", "prefer", "winner"),
    [
        ([SMALL, FAST], 0.005, "size", 0),
        ([SMALL, FAST], 0.005, "latency", 1),
        ([SMALL, FAST], 0.003, "size", 1),
        ([TINY_BUT_BAD, SMALL], 0.005, "size", 1),
        ([TINY_BUT_BAD], 0.005, "size", -1),
        ([TINY_BUT_BAD], 0.02, "size", 0),
        ([CRASHED, FAST], 0.005, "size", 1),
        ([CRASHED], 1.0, "latency", -1),
        ([UNKNOWN, FAST], 0.005, "size", 1),
        ([FAST, BETTER], 0.0, "latency", 1),
        ([SMALL, SMALL], 0.005, "size", 0),
        ([trial("a", packaged=5, p50=9), trial("b", packaged=5, p50=2)], 0, "size", 1),
        ([], 1.0, "size", -1),
    ],
)
def test_choose(
    trials: list[Trial], max_drop: float, prefer: Literal["size", "latency"], winner: int
) -> None:
    assert choose(trials, limit(max_drop), prefer) == winner


@pytest.mark.parametrize(
    ("budget", "value", "most"),
    [
        ({}, 0.8, 0.004),
        ({"maxRelativeDrop": 0.1}, 0.8, 0.08),
        ({"maxRelativeDrop": 0.1}, 250.0, 25.0),
        ({"maxRelativeDrop": 0.1}, -0.5, 0.05),
        ({"maxRelativeDrop": 0}, 0.8, 0),
        ({"maxDrop": 3}, 250.0, 3),
    ],
)
def test_a_share_of_the_figure_of_the_float_model_may_be_lost(
    budget: dict[str, Any], value: float, most: float
) -> None:
    for metric in METRICS:
        found = Budget.model_validate(budget).limit(metric(), value)
        assert found.metric == metric()
        assert found.most == pytest.approx(most)


def after(metric: Metric, value: float, change: float) -> Trial:
    """A candidate under which a figure has changed by so much."""
    harm = metric.harm(value, value + change)
    return replace(SMALL, figures={metric.name: value + change}, harm=harm)


@pytest.mark.parametrize("metric", [named(name) for name in ("auc", "ndcg@10", "r2", "macroF1")])
def test_a_relative_budget_is_kept_by_any_figure_that_had_better_be_high(metric: Metric) -> None:
    bound = Budget(max_relative_drop=0.1).limit(metric, 0.5)
    changes = {-0.06: False, -0.04: True, 0.0: True, 0.4: True}
    assert {c: bound.keeps(after(metric, 0.5, c)) for c in changes} == changes


@pytest.mark.parametrize("metric", [named(name) for name in ("rmse", "mae", "logLoss")])
def test_a_relative_budget_is_kept_by_any_figure_that_had_better_be_low(metric: Metric) -> None:
    bound = Budget(max_relative_drop=0.1).limit(metric, 20.0)
    changes = {2.5: False, 1.5: True, 0.0: True, -15.0: True}
    assert {c: bound.keeps(after(metric, 20.0, c)) for c in changes} == changes
    rising = [after(metric, 20.0, 2.5), after(metric, 20.0, -1.0)]
    assert choose(rising, bound, "size") == 1


def test_the_winner_is_explained_with_its_interval() -> None:
    text = explain([SMALL], 0, limit(0.005))
    assert text == (
        "small: AUC -0.0040 (95 % interval -0.0050 to -0.0030), within the budget of 0.005"
    )


def test_keeping_the_float_model_is_explained_by_every_candidate() -> None:
    text = explain([TINY_BUT_BAD, CRASHED], -1, limit(0.005))
    assert "the float model is kept" in text
    assert "tiny: AUC got worse by 0.0200" in text
    assert "crashed: the converter was ended by SIGSEGV" in text


def test_a_budget_whose_figure_is_not_defined_says_why() -> None:
    text = explain([UNKNOWN, replace(UNKNOWN, name="other")], -1, limit(0.5))
    assert text == (
        "no candidate can be held against the budget, so the float model is kept; "
        f"AUC is not defined: {WHY}"
    )
    assert f"unknown: AUC is not defined: {WHY}" in explain([UNKNOWN, TINY_BUT_BAD], -1, limit(0))
    blind = replace(SMALL, figures={})
    assert "compressedAuc" not in summarize(SMALL, blind, named("auc"))


def test_zeros_shrink_the_package_and_not_the_file() -> None:
    dense, sparse = bytes(range(256)) * 40, bytes(10240)
    assert measure_size(dense, 0).raw == measure_size(sparse, 0).raw
    assert measure_size(sparse, 0).packaged < measure_size(dense, 0).packaged


def test_the_summary_compares_with_the_float_model_by_the_watched_figure() -> None:
    figures = summarize(trial("float", packaged=400), SMALL, named("auc"))
    assert figures["floatAuc"] == 0.95
    assert figures["compressedAuc"] == pytest.approx(0.946)
    assert figures["ratio"] == 40
    assert figures["floatBytes"] == 800
    assert figures["compressedBytes"] == 20
    assert figures["compressedLatencyMicroseconds"] == 9
    assert len(figures) <= 16
    watched = summarize(trial("float"), SMALL, named("logLoss"))
    assert (watched["floatLogLoss"], watched["compressedLogLoss"]) == (0.3, 0.3)
