"""Missing values: who fills what with which figure, and which rows go."""

import json
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from hone_trainer.clean import AnyCleaning
from hone_trainer.clean.missing import Missing
from hone_trainer.contract.assignment import StageFailure
from tests.trainer.blocks import block, columns
from tests.trainer.cleaned import clean, seen

COLUMNS = columns(
    user={"id": {}},
    price={"number": {}},
    size={"number": {}},
    key={"key": {}},
    bought={"label": {}},
)
DATA = block(
    user=["a", "b", None, "d", "b", "f", "g"],
    price=[1.0, 1.5, 9.0, None, 3.5, 9.0, 90.0],
    size=[1.0, 4.0, 3.0, 1.0, 4.0, None, None],
    key=["k", "k", None, "k", "k", "k", "k"],
    bought=[0.0, 1.0, 0.0, 1.0, 0.0, None, 1.0],
    parts=[0, 0, 0, 0, 0, 1, 2],
)
"""Two rows are held out: their 9, 90 and f must not be learned from."""


def missing(**words: Any) -> Missing:
    step = AnyCleaning.model_validate({"missing": words}).value
    assert isinstance(step, Missing)
    return step


FILLS: list[tuple[str, list[str], dict[str, Any], dict[str, int], list[float]]] = [
    ("mean", ["user"], {"price": 2.0, "size": 2.5}, {"price": 1, "size": 2}, [1, 1.5, 2, 3.5]),
    ("median", ["user"], {"price": 1.5, "size": 2.5}, {"price": 1, "size": 2}, [1, 1.5, 1.5, 3.5]),
    # The least one of several numbers that are equally frequent.
    (
        "mostFrequent",
        [],
        {"user": "b", "price": 1, "size": 1},
        {"user": 1, "price": 1, "size": 2},
        [1, 1.5, 9, 1, 3.5],
    ),
]


@pytest.mark.parametrize(("fill", "lacking", "learned", "filled", "price"), FILLS)
def test_fill(
    fill: str,
    lacking: list[str],
    learned: dict[str, Any],
    filled: dict[str, int],
    price: list[float],
) -> None:
    step = missing(fill=fill)
    cleaned = clean(step, DATA, COLUMNS)
    assert cleaned.dropped == {f"no {name}": 1 for name in lacking}
    assert cleaned.changed == {"filled": filled}
    facts = step.facts(step.learn(DATA.part(0), COLUMNS, 0))
    assert facts == json.loads(json.dumps(learned))
    found = seen(cleaned.block)
    assert found["price"] == [*price, 9, 90], "held-out rows are filled too, and not learned from"
    assert found["size"][-2:] == [learned["size"]] * 2
    assert not any(None in found[name] for name in ("user", "price", "size"))
    assert found["bought"][-2] is None, "a row without a label stays, and nobody makes one up"


def test_rows_with_a_gap_are_dropped_and_the_first_gap_is_the_reason() -> None:
    cleaned = clean(missing(fill="drop"), DATA, COLUMNS)
    assert cleaned.dropped == {"no user": 1, "no price": 1, "no size": 2}
    assert cleaned.changed == {}
    assert cleaned.block.rows.tolist() == [0, 1, 4]


@pytest.mark.parametrize(
    ("words", "filled", "left"),
    [
        ({"constant": -1}, {"price": [3], "size": [5, 6]}, {"user": [2], "bought": [5]}),
        ({"word": "nobody"}, {"user": [2]}, {"price": [3], "size": [5, 6], "bought": [5]}),
        ({"word": "b"}, {"user": [2]}, {"price": [3], "size": [5, 6], "bought": [5]}),
        ({"fill": "mean", "columns": ["size"]}, {"size": [5, 6]}, {"user": [2], "price": [3]}),
        ({"word": "?", "columns": ["key"]}, {"key": [2]}, {"user": [2], "price": [3]}),
        ({"fill": "mostFrequent", "columns": ["user"]}, {"user": [2]}, {"bought": [5]}),
    ],
)
def test_what_is_not_this_steps_business_is_left_alone(
    words: dict[str, Any], filled: dict[str, list[int]], left: dict[str, list[int]]
) -> None:
    cleaned = clean(missing(**words), DATA, COLUMNS)
    assert cleaned.dropped == {}
    assert cleaned.changed == {"filled": {name: len(rows) for name, rows in filled.items()}}
    assert not any(cleaned.block.missing(name).any() for name in filled)
    for name, rows in left.items():
        assert np.flatnonzero(cleaned.block.missing(name)).tolist() == rows


def test_rows_are_dropped_for_the_named_columns_only() -> None:
    cleaned = clean(missing(fill="drop", columns=["size", "bought"]), DATA, COLUMNS)
    assert cleaned.dropped == {"no size": 2}, "row 5 lacks both and goes for the first"


def test_a_row_that_no_model_misses_a_value_of_stays() -> None:
    optional = columns(at={"key": {}}, price={"number": {}}, bought={"label": {}})
    data = block(at=["x", None], price=[1.0, 2.0], bought=[0.0, 1.0])
    assert len(clean(missing(), data, optional).block) == 2


def test_a_number_that_no_training_row_has_is_filled_with_0() -> None:
    data = block(user=["a", "b"], price=[None, 5.0], bought=[1.0, 1.0], parts=[0, 1])
    three = columns(user={"id": {}}, price={"number": {}}, bought={"label": {}})
    for fill in ("mean", "median", "mostFrequent"):
        assert seen(clean(missing(fill=fill), data, three).block)["price"] == [0.0, 5.0]


def test_an_id_that_no_training_row_has_cannot_be_filled() -> None:
    data = block(user=["a", None], bought=[1.0, 1.0], parts=[1, 0])
    with pytest.raises(StageFailure) as failed:
        clean(missing(fill="mostFrequent"), data, columns(user={"id": {}}, bought={"label": {}}))
    assert failed.value.reason == "MissingValues"
    assert "column 'user' has no value in any training row: name a word" in failed.value.message


def test_the_most_frequent_of_several_is_the_first_in_the_alphabet() -> None:
    two = columns(user={"id": {}}, bought={"label": {}})
    data = block(user=["z", "m", "z", "b", "m", None], bought=[1.0] * 6)
    assert missing(fill="mostFrequent").learn(data, two, 0) == {"user": "m"}


def test_a_block_without_rows_stays_one() -> None:
    empty = DATA.keep(np.zeros(len(DATA), bool))
    for words in ({}, {"word": "x"}, {"fill": "drop"}, {"interpolate": {"along": "price"}}):
        step = missing(**words)
        learned = step.learn(DATA, COLUMNS, 0)
        assert len(step.apply(empty, learned, COLUMNS).block) == 0


@pytest.mark.parametrize(
    ("words", "reason", "says"),
    [
        (
            {"columns": ["x"]},
            "ColumnNotFound",
            ".columns names 'x', which is not in prepare.columns",
        ),
        (
            {"columns": ["user"]},
            "WrongColumnKind",
            "'user', whose values are text: it takes number",
        ),
        ({"columns": ["bought"]}, "WrongColumnKind", "a task reads and nobody can make up"),
        ({"word": "w", "columns": ["price"]}, "WrongColumnKind", "are number: it takes text"),
        ({"interpolate": {"along": "x"}}, "ColumnNotFound", "interpolate.along names 'x'"),
        ({"interpolate": {"along": "user"}}, "WrongColumnKind", "it takes number or time"),
        ({"interpolate": {"along": "bought"}}, "WrongColumnKind", "it is not known when a model"),
        (
            {"interpolate": {"along": "price", "by": "size"}},
            "WrongColumnKind",
            "interpolate.by names 'size', whose values are number: it takes text",
        ),
        (
            {"interpolate": {"along": "price"}, "columns": ["price"]},
            "WrongColumnKind",
            "it cannot run along itself",
        ),
    ],
)
def test_what_does_not_fit_the_columns_is_refused(
    words: dict[str, Any], reason: str, says: str
) -> None:
    with pytest.raises(StageFailure) as failed:
        missing(**words).check(COLUMNS)
    assert failed.value.reason == reason
    assert failed.value.message.startswith("prepare.clean[].missing.")
    assert says in failed.value.message


def test_the_label_may_be_named_where_rows_are_dropped() -> None:
    missing(fill="drop", columns=["bought"]).check(COLUMNS)


@pytest.mark.parametrize(
    ("words", "way"),
    [({}, "fill"), ({"columns": ["a"]}, "fill"), ({"word": "x"}, "word")],
)
def test_the_median_is_the_way_where_none_is_named(words: dict[str, Any], way: str) -> None:
    step = missing(**words)
    assert (step.fill == "median") == (way == "fill")
    assert step == Missing.model_validate(step.dump())


@pytest.mark.parametrize(
    "words",
    [
        {"fill": "mean", "constant": 0},
        {"word": "x", "constant": 0},
        {"fill": "median", "interpolate": {"along": "at"}},
        {"fill": "zero"},
        {"constant": float("nan")},
        {"constant": float("inf")},
        {"word": ""},
    ],
)
def test_two_ways_or_none_that_exists_are_refused(words: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        missing(**words)
