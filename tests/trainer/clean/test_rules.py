"""Rules that rows are held to: who breaks which, and where that row goes."""

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from hone_trainer.clean import AnyCleaning
from hone_trainer.clean.row_rules import Rules
from hone_trainer.contract.assignment import StageFailure
from tests.trainer.blocks import block, columns, times
from tests.trainer.cleaned import clean

COLUMNS = columns(
    country={"id": {}},
    path={"id": {"length": 3}},
    price={"number": {}},
    paid={"number": {}},
    begin={"time": {}},
    end={"time": {}},
    bought={"label": {}},
)
DATA = block(
    country=["DE", "AT", "de", None, "XX", "DE"],
    path=["a b", "a", "b", "c", "a b c", None],
    price=[0.0, -1.0, 10.0, None, 10.5, 3.0],
    paid=[1.0, 0.0, 5.0, 5.0, None, 3.0],
    begin=times("2026-01-02", "2026-01-02", "2026-01-02", None, "2026-01-01", "2026-01-01"),
    end=times("2026-01-03", "2026-01-01", "2026-01-02", "2026-01-01", None, "2026-01-05"),
    bought=[0.0, 1.0, 0.0, 1.0, 0.0, 1.0],
)


def rules(*hold: dict[str, Any]) -> Rules:
    step = AnyCleaning.model_validate({"rules": {"hold": list(hold)}}).value
    assert isinstance(step, Rules)
    return step


@pytest.mark.parametrize(
    ("rule", "broken", "text"),
    [
        ({"range": {"column": "price", "atLeast": 0}}, [1], "price >= 0"),
        ({"range": {"column": "price", "atMost": 9.5}}, [2, 4], "price <= 9.5"),
        (
            {"range": {"column": "price", "atLeast": 0, "atMost": 10}},
            [1, 4],
            "0 <= price <= 10",
        ),
        ({"range": {"column": "price", "atLeast": 1e-7}}, [0, 1], "price >= 1e-07"),
        ({"order": {"column": "price", "notBelow": "paid"}}, [0, 1], "price >= paid"),
        ({"order": {"column": "end", "notBelow": "begin"}}, [1], "end >= begin"),
        (
            {"allowed": {"column": "country", "values": ["DE", "AT"]}},
            [2, 4],
            "country is one of DE, AT",
        ),
        (
            {"allowed": {"column": "price", "values": ["0", "10.0", "-1", "3", "7", "8"]}},
            [4],
            "price is one of 0, 10.0, -1, 3, 7 and 1 more",
        ),
        (
            {"pattern": {"column": "country", "matches": "^[A-W]{2}$"}},
            [2, 4],
            "country matches ^[A-W]{2}$",
        ),
        ({"pattern": {"column": "path", "matches": "b"}}, [1, 3], "path matches b"),
    ],
)
def test_rows_that_break_a_rule_are_put_aside(
    rule: dict[str, Any], broken: list[int], text: str
) -> None:
    cleaned = clean(rules(rule), DATA, COLUMNS)
    assert {why: rows.tolist() for why, rows in cleaned.quarantined.items()} == {text: broken}
    assert cleaned.dropped == {}
    assert sorted([*broken, *cleaned.block.rows.tolist()]) == list(range(6))


def test_the_first_rule_that_is_broken_counts() -> None:
    positive = {"range": {"column": "price", "atLeast": 0}}
    ordered = {"order": {"column": "end", "notBelow": "begin"}}
    small = {"range": {"column": "price", "atMost": 10}}
    cleaned = clean(rules(ordered, positive, small), DATA, COLUMNS)
    found = {why: rows.tolist() for why, rows in cleaned.quarantined.items()}
    assert found == {"end >= begin": [1], "price <= 10": [4]}


def test_rules_that_read_the_same_share_a_reason() -> None:
    values = [[f"v{n}" for n in range(5)] + [last] for last in ("DE", "AT")]
    hold = [{"allowed": {"column": "country", "values": each}} for each in values]
    cleaned = clean(rules(*hold), DATA, COLUMNS)
    found = {why: rows.tolist() for why, rows in cleaned.quarantined.items()}
    assert found == {"country is one of v0, v1, v2, v3, v4 and 1 more": [0, 1, 2, 4, 5]}


def test_good_rows_stay_as_they_are() -> None:
    good = DATA.keep(np.array([True, False, False, False, False, True]))
    cleaned = clean(rules({"range": {"column": "price", "atLeast": 0}}), good, COLUMNS)
    assert cleaned.block is good
    assert cleaned.quarantined == {}


REFERENCE = {"uri": "keys.csv", "key": "id"}


@pytest.mark.parametrize(
    ("rule", "reason", "says"),
    [
        ({"range": {"column": "x", "atMost": 1}}, "ColumnNotFound", "range.column names 'x'"),
        ({"range": {"column": "end", "atMost": 1}}, "WrongColumnKind", "takes number"),
        ({"order": {"column": "price", "notBelow": "x"}}, "ColumnNotFound", "order.notBelow"),
        ({"order": {"column": "price", "notBelow": "end"}}, "WrongColumnKind", "takes number"),
        ({"order": {"column": "end", "notBelow": "paid"}}, "WrongColumnKind", "takes time"),
        ({"order": {"column": "path", "notBelow": "path"}}, "WrongColumnKind", "number or time"),
        ({"allowed": {"column": "end", "values": ["1"]}}, "WrongColumnKind", "text or number"),
        ({"allowed": {"column": "price", "values": ["1", "a"]}}, "BadNumber", "'price'"),
        ({"pattern": {"column": "price", "matches": "a"}}, "WrongColumnKind", "takes text"),
        ({"pattern": {"column": "path", "matches": "a("}}, "BadPattern", "pattern.matches"),
        ({"pattern": {"column": "path", "matches": "(?=a)"}}, "BadPattern", "of RE2"),
        ({"reference": {"column": "end", **REFERENCE}}, "WrongColumnKind", "text or number"),
        ({"reference": {"column": "path", **REFERENCE}}, "WrongColumnKind", "holds sequences"),
    ],
)
def test_what_does_not_fit_the_columns_is_refused(
    rule: dict[str, Any], reason: str, says: str
) -> None:
    with pytest.raises(StageFailure) as failed:
        rules(rule).check(COLUMNS)
    assert failed.value.reason == reason
    assert failed.value.message.startswith("prepare.clean[].rules.hold[].")
    assert says in failed.value.message


@pytest.mark.parametrize(
    ("hold", "says"),
    [
        ([], "at least 1"),
        ([{}], "exactly one of range, order, allowed, pattern, reference"),
        ([{"range": {"column": "a"}}], "at least one of atLeast, atMost"),
        ([{"range": {"column": "a", "atLeast": 2, "atMost": 1}}], "must not be above"),
        ([{"allowed": {"column": "a", "values": []}}], "at least 1"),
        ([{"pattern": {"column": "a", "matches": ""}}], "at least 1"),
        ([{"reference": {"column": "a", "uri": "s3://me:key@b/k", "key": "k"}}], "pattern"),
    ],
)
def test_what_makes_no_sense_is_refused(hold: list[dict[str, Any]], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        rules(*hold)


def test_the_word_for_rules_is_rules() -> None:
    given = {"rules": {"hold": [{"order": {"column": "end", "notBelow": "begin"}}]}}
    step = AnyCleaning.model_validate(given)
    assert step.kind == "rules"
    assert step.dump() == given
