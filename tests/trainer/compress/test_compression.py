"""Which candidate wins: a table."""

from dataclasses import replace
from typing import Literal

import pytest

from hone_trainer.compress.candidate_selection import (
    Size,
    Trial,
    choose,
    explain,
    measure_size,
    summarize,
)


def trial(
    name: str, drop: float = 0.0, packaged: int = 100, p50: float = 10.0, failure: str = ""
) -> Trial:
    return Trial(
        name,
        failure,
        Size(packaged * 2, packaged, 7),
        {"accuracy": 0.9 - drop, "auc": 0.95, "logLoss": 0.3},
        drop,
        (drop - 0.001, drop + 0.001),
        (p50, p50 + 1),
    )


SMALL = trial("small", drop=0.004, packaged=10, p50=9)
FAST = trial("fast", drop=0.002, packaged=50, p50=3)
TINY_BUT_BAD = trial("tiny", drop=0.02, packaged=1, p50=1)
BETTER = trial("better", drop=-0.003, packaged=60, p50=8)
CRASHED = trial("crashed", packaged=0, p50=0, failure="the converter was ended by SIGSEGV")
WHY = "all 9 rows of the validation part have the label 1"
UNKNOWN = replace(trial("unknown", packaged=1, p50=1), drop=None, drop_interval=None, unknown=WHY)


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
    assert choose(trials, max_drop, prefer) == winner


def test_the_winner_is_explained_with_its_interval() -> None:
    text = explain([SMALL], 0, "accuracy", 0.005)
    assert text == (
        "small: accuracy -0.0040 (95 % interval -0.0050 to -0.0030), within the budget of 0.005"
    )


def test_keeping_the_float_model_is_explained_by_every_candidate() -> None:
    text = explain([TINY_BUT_BAD, CRASHED], -1, "accuracy", 0.005)
    assert "the float model is kept" in text
    assert "tiny: accuracy fell by 0.0200" in text
    assert "crashed: the converter was ended by SIGSEGV" in text


def test_a_budget_whose_figure_cannot_be_known_says_why() -> None:
    text = explain([UNKNOWN, replace(UNKNOWN, name="other")], -1, "auc", 0.5)
    assert text == (
        "no candidate can be held against the budget, so the float model is kept; "
        f"auc cannot be known: {WHY}"
    )
    assert f"unknown: auc cannot be known: {WHY}" in explain([UNKNOWN, TINY_BUT_BAD], -1, "auc", 0)
    blind = replace(SMALL, figures={"accuracy": None, "auc": None, "logLoss": None})
    assert "compressedAccuracy" not in summarize(SMALL, blind)


def test_zeros_shrink_the_package_and_not_the_file() -> None:
    dense, sparse = bytes(range(256)) * 40, bytes(10240)
    assert measure_size(dense, 0).raw == measure_size(sparse, 0).raw
    assert measure_size(sparse, 0).packaged < measure_size(dense, 0).packaged


def test_the_summary_compares_with_the_float_model() -> None:
    figures = summarize(trial("float", packaged=400), SMALL)
    assert figures["ratio"] == 40
    assert figures["floatBytes"] == 800
    assert figures["compressedBytes"] == 20
    assert figures["compressedLatencyMicroseconds"] == 9
    assert len(figures) <= 16
