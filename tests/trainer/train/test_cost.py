"""By what epochs are compared: loss, or the figure for which a task ranks."""

from math import inf, nan
from types import SimpleNamespace
from typing import Any

import pytest

from hone_trainer.tasks import AnyTask

pytestmark = pytest.mark.tensorflow


def cost(kind: str, **measured: float) -> float:
    """What an epoch with these figures costs."""
    from hone_trainer.train.validation import Validation

    words = {"label": "y"} | ({"group": "g"} if kind == "ranking" else {})
    target = SimpleNamespace(name="y", how=AnyTask.model_validate({kind: words}).value)
    made: Any = object.__new__(Validation)
    schema = SimpleNamespace(targets=(target,))
    made._objective = SimpleNamespace(schema=schema, names=("y",))
    given = {name.replace("AT", "@"): value for name, value in measured.items()}
    found: float = made.cost(given)
    return found


@pytest.mark.parametrize("kind", ["nextItem", "ranking"])
def test_where_order_counts_the_first_figure_decides(kind: str) -> None:
    unsure = cost(kind, valNdcgAT10=0.30, valLoss=8.1)
    assert cost(kind, valNdcgAT10=0.31, valLoss=8.4) < unsure
    assert cost(kind, valLoss=8.0) == inf, "a figure that is not defined chooses nothing"


@pytest.mark.parametrize("kind", ["binary", "classes", "number"])
def test_elsewhere_the_loss_does(kind: str) -> None:
    assert cost(kind, valAuc=0.9, valLoss=0.4) == 0.4


@pytest.mark.parametrize("kind", AnyTask.kinds)
def test_a_loss_that_is_no_number_is_never_the_best(kind: str) -> None:
    assert cost(kind, valNdcgAT10=0.9, valLoss=nan) == inf
