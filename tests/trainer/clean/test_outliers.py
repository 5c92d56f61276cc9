"""Outliers: what is far from all others, and what becomes of it."""

import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import ValidationError

from hone_trainer.clean import AnyCleaning
from hone_trainer.clean.outliers import Outliers
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.rows.block import Block
from tests.trainer.blocks import block, columns
from tests.trainer.cleaned import clean, seen

COLUMNS = columns(user={"id": {}}, price={"number": {}}, size={"number": {}}, bought={"label": {}})
PRICES = [1.0, 2.0, 3.0, 4.0, 5.0, 100.0, None, -90.0]
DATA = block(
    user=list("abcdefgh"),
    price=PRICES,
    size=[1.0, 2.0, 1.0, 2.0, 50.0, 50.0, 1.0, 2.0],
    bought=[0.0] * 7 + [1.0],
    parts=[0] * 7 + [1],
)
"""Quartiles of the training prices are 2.25 and 4.75: fences at -1.5 and 8.5."""
ONE = columns(x={"number": {}}, bought={"label": {}})


def outliers(**words: Any) -> Outliers:
    step = AnyCleaning.model_validate({"outliers": words}).value
    assert isinstance(step, Outliers)
    return step


def bounds(values: Any, **method: Any) -> tuple[float, float]:
    data = block(x=values, bought=np.zeros(len(values)))
    low, high = outliers(**method).learn(data, ONE, 0)["x"]
    return low, high


def far(values: Any, **method: Any) -> list[float]:
    """Return the values that are outliers among themselves."""
    low, high = bounds(values, **method)
    return sorted({value for value in values if value < low or value > high})


@pytest.mark.parametrize(
    ("words", "price", "done", "dropped"),
    [
        ({}, [1, 2, 3, 4, 5, None], {}, {"outlier in price": 2}),
        ({"action": "clip"}, [1, 2, 3, 4, 5, 8.5, None, -1.5], {"clipped": 2}, {}),
        ({"action": "blank"}, [1, 2, 3, 4, 5, None, None, None], {"blanked": 2}, {}),
    ],
)
def test_an_outlier_is_dropped_clipped_or_blanked(
    words: dict[str, Any], price: list[Any], done: dict[str, int], dropped: dict[str, int]
) -> None:
    step = outliers(iqr={}, columns=["price"], **words)
    cleaned = clean(step, DATA, COLUMNS)
    assert seen(cleaned.block)["price"] == price
    assert cleaned.changed == {name: {"price": count} for name, count in done.items()}
    assert cleaned.dropped == dropped
    facts = step.facts(step.learn(DATA.part(0), COLUMNS, 0))
    assert facts == {"price": {"atLeast": -1.5, "atMost": 8.5}} == json.loads(json.dumps(facts))


def test_a_row_is_dropped_once_for_its_first_outlier() -> None:
    both = block(price=[1.0, 2.0, 3.0, 99.0], size=[1.0, 2.0, 3.0, 99.0], bought=[0.0] * 4)
    three = columns(price={"number": {}}, size={"number": {}}, bought={"label": {}})
    cleaned = clean(outliers(deviation={"factor": 1.5}), both, three)
    assert cleaned.dropped == {"outlier in price": 1}


def test_the_label_and_texts_are_never_looked_at() -> None:
    rare = block(user=list("abcdefghij") * 10, bought=[1.0] + [0.0] * 99)
    two = columns(user={"id": {}}, bought={"label": {}})
    for method in ("deviation", "iqr", "isolationForest"):
        cleaned = clean(outliers(**{method: {}}), rare, two)
        assert len(cleaned.block) == 100


HUMP = np.random.default_rng(0).normal(100.0, 1.0, 2000)


@pytest.mark.parametrize(
    ("values", "method", "expected"),
    [
        # One stray value hides another until it is gone.
        ([*HUMP.clip(98, 102), 1e6, 110.0], {"deviation": {}}, [110.0, 1e6]),
        ([*HUMP.clip(98, 102), 1e300, 1e9, 110.0, 90.0], {"deviation": {}}, [90, 110, 1e9, 1e300]),
        ([*HUMP.clip(98, 102), 110.0], {"deviation": {"factor": 30}}, []),
        ([0.1] * 1000, {"deviation": {}}, []),
        ([0.1] * 1000 + [7.0], {"deviation": {}}, [7.0]),
        ([], {"deviation": {}}, []),
        ([5.0], {"deviation": {"factor": 1}}, []),
        (range(101), {"iqr": {}}, []),
        ([*range(101), 153, 155, -53, -55], {"iqr": {}}, [-55, 155]),
        ([*HUMP.clip(98, 102), 1e300, np.inf], {"iqr": {"factor": 3}}, [1e300, np.inf]),
        ([], {"iqr": {}}, []),
        ([5.0], {"iqr": {}}, []),
        # A column that is mostly 0: the others are judged among themselves, and 0 is good.
        ([0.0] * 500 + [*range(100, 201), 400], {"iqr": {}}, [400]),
        ([0.0] * 500 + [7.0] * 60, {"iqr": {}}, []),
        ([0.0] * 500 + [7.0] * 60 + [9.0], {"iqr": {}}, []),
        ([0.0] * 500, {"iqr": {}}, []),
    ],
)
def test_far_is_what_the_method_says(
    values: Any, method: dict[str, Any], expected: list[float]
) -> None:
    assert far(np.array([*values], np.float64), **method) == expected


@pytest.mark.parametrize("method", [{"deviation": {}}, {"iqr": {}}, {"isolationForest": {}}])
def test_a_column_that_no_training_row_has_has_no_outliers(method: dict[str, Any]) -> None:
    data = block(x=[None, None, 5.0], bought=[0.0, 1.0, 0.0], parts=[0, 0, 1])
    step = outliers(**method, action="blank")
    assert seen(clean(step, data, ONE).block)["x"] == [None, None, 5.0]
    none = data.keep(np.zeros(3, bool))
    for rows in (data, none):
        learned = step.learn(none, ONE, 0)
        assert seen(step.apply(rows, learned, ONE).block) == seen(rows)
        assert not json.loads(json.dumps(step.facts(learned)))


def test_what_is_missing_is_no_outlier() -> None:
    cleaned = clean(outliers(deviation={"factor": 1}, columns=["price"]), DATA, COLUMNS)
    assert 6 in cleaned.block.rows


def cloud(strange: int) -> tuple[Block, NDArray[np.bool_]]:
    """Return pairs that lie along a line, some last ones across it: strange only in company."""
    draw = np.random.default_rng(0)
    x = draw.uniform(-1, 1, size=2000)
    y = x + draw.normal(scale=0.05, size=2000)
    truth = np.arange(2000) >= 2000 - strange
    x[truth] = draw.uniform(0.6, 1, strange) * draw.choice([-1, 1], strange)
    y[truth] = -x[truth]
    return block(x=x, y=y, bought=np.zeros(2000)), truth


PAIRS = columns(x={"number": {}}, y={"number": {}}, bought={"label": {}})


@pytest.mark.parametrize("seed", range(3))
def test_a_forest_finds_what_is_strange_in_company_only(seed: int) -> None:
    data, truth = cloud(strange=20)
    step = outliers(isolationForest={"contamination": 0.02})
    cleaned = step.apply(data, step.learn(data, PAIRS, seed), PAIRS)
    gone = ~np.isin(data.rows, cleaned.block.rows)
    assert gone[truth].all()
    assert cleaned.dropped == {"outlier": gone.sum()}
    assert gone.sum() == pytest.approx(40, abs=2), "2 % of 2000 rows, as was asked for"
    alone = outliers(deviation={})
    assert not alone.apply(data, alone.learn(data, PAIRS, seed), PAIRS).dropped


def test_a_forest_depends_on_the_seed_alone() -> None:
    data, _ = cloud(strange=40)
    step = outliers(isolationForest={"contamination": 0.05, "trees": 10}, action="blank")
    first, again, other = (step.learn(data, PAIRS, seed) for seed in (1, 1, 2))
    assert step.facts(first) == step.facts(again)
    assert list(step.facts(first)) == ["threshold"]
    assert step.facts(first) != step.facts(other)
    blanked, repeated = (seen(step.apply(data, learned, PAIRS).block) for learned in (first, again))
    assert blanked == repeated
    assert blanked["x"].count(None) == blanked["y"].count(None) == pytest.approx(100, abs=5)
    assert None not in blanked["bought"]


def test_a_forest_is_learned_from_a_bounded_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    from hone_trainer.clean import outliers_forest

    data, _ = cloud(strange=40)
    step = outliers(isolationForest={"trees": 5})
    whole = step.facts(step.learn(data, PAIRS, 1))
    monkeypatch.setattr(outliers_forest, "FIT_ROWS", 500)
    drawn = step.facts(step.learn(data, PAIRS, 1))
    assert drawn == step.facts(step.learn(data, PAIRS, 1))
    assert drawn != whole


def test_a_forest_takes_gaps_for_the_median_and_bears_any_size() -> None:
    data, _ = cloud(strange=0)
    holes = block(x=[None, 1e300, -1e300, None], y=[0.0, -1e300, None, None], bought=[0.0] * 4)
    step = outliers(isolationForest={"contamination": 0.02}, action="blank")
    cleaned = step.apply(holes, step.learn(data, PAIRS, 1), PAIRS)
    assert seen(cleaned.block)["x"] == [None, None, None, None]
    assert seen(cleaned.block)["y"][3] is None
    assert cleaned.changed["blanked"]["x"] == 2, "a gap is not blanked again"


@pytest.mark.parametrize(
    ("names", "reason", "says"),
    [
        (["x"], "ColumnNotFound", "names 'x', which is not in prepare.columns"),
        (["user"], "WrongColumnKind", "names 'user', whose values are text: it takes number"),
        (["bought"], "WrongColumnKind", "names 'bought', which a task reads: it has no outliers"),
    ],
)
def test_what_does_not_fit_the_columns_is_refused(names: list[str], reason: str, says: str) -> None:
    with pytest.raises(StageFailure) as failed:
        outliers(iqr={}, columns=names).check(COLUMNS)
    assert failed.value.reason == reason
    assert failed.value.message.startswith(f"prepare.clean[].outliers.columns {says}")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({}, "exactly one of deviation, iqr, isolationForest; found none"),
        ({"iqr": {}, "deviation": {}}, "found deviation and iqr"),
        ({"isolationForest": {}, "action": "clip"}, "has no bounds to clip to: use drop or blank"),
        ({"iqr": {"factor": 0}}, "greater than or equal to 0.5"),
        ({"isolationForest": {"contamination": 0.6}}, "less than or equal to 0.5"),
        ({"iqr": {}, "action": "mark"}, "'drop', 'clip' or 'blank'"),
    ],
)
def test_what_makes_no_sense_is_refused(words: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        outliers(**words)
