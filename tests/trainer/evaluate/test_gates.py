"""Gates: a table."""

from typing import Any

import pytest
from pydantic import ValidationError

from hone_trainer.compress.spec import Compress
from hone_trainer.evaluate.gates import judge
from hone_trainer.evaluate.spec import Evaluate, Gate
from hone_trainer.metrics.metric import Estimate
from hone_trainer.prepare.spec import Prepare

WHY = "every row has the label 1"
CLICKED = {
    "auc": Estimate(None, reason=WHY),
    "accuracy": Estimate(0.88, 0.87, 0.89),
    "logLoss": Estimate(0.3),
}
SPENT = {"rmse": Estimate(12.5), "r2": Estimate(-0.1)}
ONE = {"clicked": CLICKED}
BOTH = {"clicked": CLICKED, "spent": SPENT}
COSTS = {"sizeBytes": 80_000.0, "latencyP95Microseconds": 31.5}


def passed(gate: dict[str, Any], targets: Any = ONE, costs: Any = COSTS) -> bool:
    (verdict,) = judge([Gate.model_validate(gate)], targets, costs)
    return verdict.passed


@pytest.mark.parametrize(
    ("gate", "opens"),
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
        ({"metric": "logLoss", "task": "clicked", "atMost": 0.3}, True),
    ],
)
def test_judge(gate: dict[str, Any], opens: bool) -> None:
    assert passed(gate) is opens


def test_a_figure_without_its_cut_is_that_of_the_usual_one() -> None:
    gate = Gate.model_validate({"metric": "ndcg", "atLeast": 0.5})
    (verdict,) = judge([gate], {"item": {"ndcg@10": Estimate(0.6)}}, {})
    assert (verdict.metric, verdict.passed) == ("ndcg@10", True)


@pytest.mark.parametrize(
    ("gate", "opens"),
    [
        ({"metric": "rmse", "task": "spent", "atMost": 12.5}, True),
        ({"metric": "rmse", "task": "spent", "atMost": 12.4}, False),
        ({"metric": "r2", "task": "spent", "atLeast": -0.2}, True),
        ({"metric": "r2", "task": "spent", "atLeast": 0}, False),
        ({"metric": "accuracy", "task": "clicked", "atLeast": 0.88}, True),
        ({"metric": "accuracy", "atLeast": 0.88}, True),
    ],
)
def test_of_several_tasks_a_gate_asks_for_the_one_it_names_or_the_first(
    gate: dict[str, Any], opens: bool
) -> None:
    assert passed(gate, BOTH) is opens


@pytest.mark.parametrize(
    ("gate", "opens"),
    [
        ({"metric": "sizeBytes", "atMost": 80_000}, True),
        ({"metric": "sizeBytes", "atMost": 79_999}, False),
        ({"metric": "latencyP95Microseconds", "atMost": 31.5}, True),
        ({"metric": "latencyP95Microseconds", "atMost": 31.4}, False),
        ({"metric": "latencyP95Microseconds", "atLeast": 1}, True),
    ],
)
def test_size_and_latency_have_gates_too(gate: dict[str, Any], opens: bool) -> None:
    assert passed(gate) is opens
    assert passed(gate, BOTH) is opens
    assert not passed(gate, costs={}), "what is not known opens no gate"


def test_a_verdict_reads_like_a_sentence() -> None:
    gates = [
        Gate(metric="logLoss", at_most=0.25),
        Gate(metric="rmse", task="spent", at_most=3),
        Gate(metric="sizeBytes", at_most=1e6),
        Gate(metric="latencyP95Microseconds", at_most=30),
    ]
    assert [str(verdict) for verdict in judge(gates, BOTH, COSTS)] == [
        "clicked.logLoss is 0.3000, must be at most 0.25",
        "spent.rmse is 12.5000, must be at most 3",
        "sizeBytes is 80,000, must be at most 1,000,000",
        "latencyP95Microseconds is 31.5000, must be at most 30",
    ]


@pytest.mark.parametrize(
    ("figure", "bound", "told"),
    [
        (0.86999, {"at_least": 0.87}, "accuracy is 0.86999, must be at least 0.87"),
        (0.87001, {"at_most": 0.87}, "accuracy is 0.87001, must be at most 0.87"),
        (0.87001, {"at_least": 0.87}, "accuracy is 0.8700, must be at least 0.87"),
        (-0.00001, {"at_least": 0.5}, "accuracy is 0.0000, must be at least 0.5"),
    ],
)
def test_no_figure_is_rounded_to_the_other_side_of_its_bound(
    figure: float, bound: dict[str, float], told: str
) -> None:
    gate = Gate.model_validate({"metric": "accuracy", **bound})
    (verdict,) = judge([gate], {"clicked": {"accuracy": Estimate(figure)}}, {})
    assert str(verdict) == told


def test_a_gate_says_why_its_figure_is_not_defined() -> None:
    (verdict,) = judge([Gate(metric="auc", at_least=0.5)], ONE, {})
    assert str(verdict) == f"auc is not defined ({WHY}), must be at least 0.5"


@pytest.mark.parametrize("bounds", [{}, {"atLeast": 0.1, "atMost": 0.2}])
def test_a_gate_has_one_bound(bounds: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match="exactly one of atLeast, atMost"):
        Gate.model_validate({"metric": "accuracy", **bounds})


def prepared(*tasks: dict[str, Any]) -> Prepare:
    """A data set of such tasks."""
    source = {"clickModel": {"rows": 100}}
    columns = [{"name": "user", "id": {}}]
    return Prepare.model_validate({"source": source, "columns": columns, "tasks": list(tasks)})


TASKS = ({"binary": {"label": "clicked"}}, {"number": {"label": "Money spent"}})
CANDIDATES: list[Any] = [{"techniques": [{"quantize": {}}]}]
COMPRESS = Compress.model_validate({"candidates": CANDIDATES})


@pytest.mark.parametrize(
    ("gate", "says"),
    [
        ({"metric": "rmse", "atMost": 1}, "rmse is no figure of 'clicked'; it has auc, logLoss"),
        ({"metric": "auc", "task": "Money_spent", "atLeast": 0}, "auc is no figure of 'Money_sp"),
        ({"metric": "auc", "task": "bought", "atLeast": 0}, "predict clicked, Money_spent"),
        ({"metric": "aucByGroup", "atLeast": 0}, "aucByGroup is no figure of 'clicked'"),
        ({"metric": "sizeBytes", "atMost": 9}, "put one before it, or leave the gate out"),
        ({"metric": "rmse", "task": "Money_spent", "atMost": 1}, ""),
        ({"metric": "f1", "atLeast": 0}, "no figure is called 'f1'; there are auc, logLoss"),
        ({"metric": "AUC", "atLeast": 0}, "no figure is called 'AUC'; did you mean auc?"),
        ({"metric": "nDCG@10", "atLeast": 0}, "did you mean ndcg@10?"),
        ({"metric": "auc", "atLeast": 80}, ".atLeast: auc is never above 1: for 80 % write 0.8"),
        ({"metric": "auc", "atMost": 101}, ".atMost: auc is never above 1: set a bound below it"),
        ({"metric": "auc", "atLeast": -0.1}, "auc is never below 0: set a bound above it"),
        ({"metric": "auc", "atLeast": 1}, ""),
        ({"metric": "logLoss", "atMost": 80}, ""),
        ({"metric": "r2", "task": "Money_spent", "atLeast": -3}, ""),
        ({"metric": "r2", "task": "Money_spent", "atLeast": 45}, "for 45 % write 0.45"),
        ({"metric": "auc@5", "atLeast": 0}, "no figure is called 'auc@5'"),
    ],
)
def test_a_gate_that_nothing_can_open_is_refused_before_anything_runs(
    gate: dict[str, Any], says: str
) -> None:
    stage = Evaluate.model_validate({"require": [gate]})
    told = list(stage.check([prepared(*TASKS)]))
    assert len(told) == bool(says)
    assert all(text.startswith("evaluate.require[]") and says in text for text in told)


def test_with_a_file_that_ships_its_size_may_be_asked_for() -> None:
    stage = Evaluate.model_validate({"require": [{"metric": "sizeBytes", "atMost": 9}]})
    assert list(stage.check([prepared(*TASKS), COMPRESS])) == []


@pytest.mark.parametrize(
    ("budget", "says"),
    [
        ({"metric": "auc", "maxDrop": 1}, "would allow any loss: for 1 % write 0.01"),
        ({"metric": "auc", "maxDrop": 200}, "would allow any loss: set a smaller one"),
        ({"metric": "auc", "maxDrop": 0.9}, ""),
        ({"metric": "logLoss", "maxDrop": 1}, ""),
    ],
)
def test_a_budget_that_allows_any_loss_is_refused(budget: dict[str, Any], says: str) -> None:
    stage = Compress.model_validate({"budget": budget, "candidates": CANDIDATES})
    told = list(stage.check([prepared(*TASKS)]))
    assert len(told) == bool(says)
    assert all(text.startswith("compress.budget.maxDrop: ") and says in text for text in told)


@pytest.mark.parametrize(("metric", "refused"), [("rmse", True), ("accuracy", False)])
def test_a_budget_on_a_figure_that_the_task_does_not_have_is_refused_too(
    metric: str, refused: bool
) -> None:
    words = {"budget": {"metric": metric}, "candidates": CANDIDATES}
    told = list(Compress.model_validate(words).check([prepared(*TASKS)]))
    assert [text.startswith("compress.budget.metric: rmse is no") for text in told] == [
        True
    ] * refused
