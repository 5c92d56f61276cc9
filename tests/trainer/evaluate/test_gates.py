"""Gates: a table."""

from typing import Any

import pytest
from pydantic import ValidationError

from hone_trainer.evaluate.gates import judge
from hone_trainer.evaluate.spec import Gate

FIGURES = {"accuracy": 0.88, "auc": None, "logLoss": 0.3}
GAPS = {"auc": "all 9 rows have the label 1"}


@pytest.mark.parametrize(
    ("gate", "passed"),
    [
        ({"metric": "accuracy", "atLeast": 0.87}, True),
        ({"metric": "accuracy", "atLeast": 0.88}, True),
        ({"metric": "accuracy", "atLeast": 0.89}, False),
        ({"metric": "accuracy", "atLeast": 0}, True),
        ({"metric": "accuracy", "atMost": 0.9}, True),
        ({"metric": "logLoss", "atMost": 0.3}, True),
        ({"metric": "logLoss", "atMost": 0.29}, False),
        ({"metric": "auc", "atLeast": 0}, False),
        ({"metric": "auc", "atMost": 1}, False),
    ],
)
def test_judge(gate: dict[str, Any], passed: bool) -> None:
    (verdict,) = judge([Gate.model_validate(gate)], FIGURES, GAPS)
    assert verdict.passed is passed


def test_a_verdict_reads_like_a_sentence() -> None:
    (verdict,) = judge([Gate(metric="logLoss", at_most=0.25)], FIGURES, GAPS)
    assert str(verdict) == "logLoss is 0.3000, must be at most 0.25"


def test_a_gate_says_why_its_figure_cannot_be_known() -> None:
    (verdict,) = judge([Gate(metric="auc", at_least=0.5)], FIGURES, GAPS)
    assert str(verdict) == "auc cannot be known, must be at least 0.5: all 9 rows have the label 1"


@pytest.mark.parametrize("bounds", [{}, {"atLeast": 0.1, "atMost": 0.2}])
def test_a_gate_has_one_bound(bounds: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match="exactly one of atLeast, atMost"):
        Gate.model_validate({"metric": "accuracy", **bounds})
