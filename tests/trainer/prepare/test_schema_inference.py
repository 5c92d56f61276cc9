"""What columns are for, worked out from rows: as tables, and on real data."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pydantic import ValidationError

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.prepare.schema_inference import Infer, Inference
from hone_trainer.prepare.spec import Prepare
from hone_trainer.tasks.binary import Binary
from hone_trainer.tasks.classes import Classes
from hone_trainer.tasks.number import Number
from hone_trainer.tasks.task import Task

COUNT = 200
DRAW = np.random.default_rng(1)
NUMBERS = DRAW.normal(5, 2, COUNT).round(3)
FEW = DRAW.integers(1, 9, COUNT)
MANY = DRAW.integers(0, 100_000, COUNT // 2).repeat(2)
UNIQUE = DRAW.permutation(COUNT) + 1000
START = datetime(2026, 1, 31, 12, tzinfo=UTC)
HOURS = [START + timedelta(hours=n) for n in range(COUNT)]
WORDS = ["where is my card", "the app shows nothing at all", "please send me another one"]
TEXTS = [f"{WORDS[n % 3]} and {DRAW.integers(10**6)} {WORDS[n % 2]}" for n in range(COUNT)]
HEX = [f"{n:032x}" for n in DRAW.integers(1 << 60, size=COUNT).tolist()]


def infer(table: Any, label: str = "y", **words: Any) -> Inference:
    return Infer(**words).infer(table, (Binary(label=label),))


def beside(values: Any, name: str = "x", **words: Any) -> dict[str, Any]:
    """The verdict on a column that stands beside a label and a number."""
    array = values if isinstance(values, pa.Array) else pa.array(values)
    columns = {
        "y": pa.array(["0", "1"] * COUNT)[: len(array)],
        "n": pa.array(np.arange(len(array)) / 7),
    }
    inference = infer(pa.table({name: array} | columns), **words)
    fact = next(fact for fact in inference.facts() if fact["name"] == name)
    column = next((c for c in inference.columns if c.name == name), None)
    assert (column is not None) == bool(fact["kind"])
    return fact | {"words": column.dump()[column.kind] if column else None}


def texts(values: Any) -> list[str | None]:
    return [None if value is None else str(value) for value in values]


NORMAL: dict[str, Any] = {"normalize": {"quantile": {"to": "normal"}}}


@pytest.mark.parametrize(
    ("values", "kind", "why"),
    [
        (texts(NUMBERS), "number", "numbers from"),
        (texts([*NUMBERS[:-2], "", None]), "number", "numbers from"),
        (texts([*NUMBERS[:-1], "n/a"]), "number", "numbers from"),
        (texts([*NUMBERS[:-1], "O.5"]), "number", "1 of its values are no numbers"),
        (texts([*NUMBERS[:-9], *["none of it"] * 9]), "id", "different texts"),
        (texts([0.25, 0.5] * 100), "number", "numbers from 0.25 to 0.5, 2 different ones"),
        (texts(FEW), "id", "only 8 different whole numbers: categories"),
        (texts(range(20)) * 10, "id", "only 20 different whole numbers"),
        (texts(range(21)) * 9, "number", "whole numbers from 0 to 20, 21 different ones"),
        (texts(MANY), "number", "100 different ones"),
        (FEW, "id", "only 8 different"),
        (MANY, "number", "whole numbers from"),
        (NUMBERS, "number", "numbers from"),
        (FEW.astype(float), "number", "8 different ones"),
        ([Decimal("1.10"), Decimal("2.25")] * 50, "number", "from 1.1 to 2.25"),
        ([1.5, 2.5, float("inf"), float("nan")] * 9, "number", "9 of its values are no numbers"),
        ([True, False] * 50, "id", "2 different texts, most often 'false', 'true'"),
        (["TRUE", "FALSE"] * 50, "id", "most often 'FALSE', 'TRUE'"),
        (["00123", "04567"] * 50, "id", "2 different texts"),
        (["red", "blue", "red"] * 50, "id", "most often 'red', 'blue'"),
        (pa.array(["red", "blue"] * 50).dictionary_encode(), "id", "2 different texts"),
        (["New York", "San Francisco"] * 50, "id", "2 different texts"),
        (["a place with a long name", "another place with a name"] * 50, "id", "2 different"),
        (TEXTS, "text", f"{COUNT} different texts of"),
        ([*TEXTS[:100], *TEXTS[:100]], "text", "100 different texts of"),
        (texts(HOURS), "time", "times from 2026-01-31 to 2026-02-08, of which hour and weekday"),
        ([moment.isoformat() for moment in HOURS], "time", "hour and weekday are read"),
        ([f"{moment.date()}" for moment in HOURS], "time", "of which weekday are read"),
        ([*texts(HOURS)[:-1], "last week"], "time", "times from"),
        (HOURS, "time", "hour and weekday"),
        ([date(2026, 1, n) for n in range(1, 32)], "time", "of which weekday"),
        (texts(UNIQUE), "key", "whole numbers, another one in every row"),
        (UNIQUE, "key", "another one in every row"),
        (np.sort(MANY[::2]), "key", "another one in every row"),
        (MANY[::2], "number", "100 different ones"),
        (HEX, "key", "another text in every row"),
        ([*HEX[:-9], *HEX[:9]], "id", f"{COUNT - 9} different texts"),
        (HEX[:19], "id", "19 different texts"),
        (["7"] * COUNT, "", "it is 7 wherever it has a value"),
        (["7", None] * 50, "", "it is 7 wherever it has a value"),
        (["all"] * COUNT, "", "it is 'all' wherever it has a value"),
        ([True] * COUNT, "", "it is 'true' wherever"),
        ([HOURS[0]] * COUNT, "", "it is 2026-01-31 wherever"),
        (["", None] * 50, "", "no value in any of these rows"),
        (pa.nulls(COUNT), "", "no value in any of these rows"),
        (["2026-13-45", "2026-99-01"] * 50, "id", "2 different texts"),
        (["2026-13-45"] * COUNT, "", "it is '2026-13-45' wherever"),
        ([[1, 2]] * COUNT, "", "it holds lists: no kind of column reads that"),
        ([timedelta(hours=n) for n in range(COUNT)], "", "it holds durations: no kind"),
    ],
)
def test_what_a_column_looks_like(values: Any, kind: str, why: str) -> None:
    found = beside(values)
    assert (found["kind"], why in found["why"]) == (kind, True), found
    if kind == "number":
        assert found["words"] == NORMAL


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("user", MANY, "id"),
        ("shop_id", texts(MANY), "id"),
        ("itemId", MANY, "id"),
        ("ZIP", MANY, "id"),
        ("grid", MANY, "number"),
        ("user", NUMBERS, "number"),
        ("price", MANY[::2], "number"),
        ("order_id", MANY[::2], "key"),
        ("orderKey", MANY[::2], "key"),
        ("created_at", [1_769_817_600 + 60 * n for n in range(COUNT)], "time"),
        ("createdAt", texts([1_769_817_600_000 + 60 * n for n in range(COUNT)]), "time"),
        ("size", [1_769_817_600 + 6000 * n for n in DRAW.integers(99, size=COUNT)], "number"),
        ("time", MANY, "number"),
        ("", FEW, ""),
        ("n" * 64, FEW, ""),
        ("n" * 63, FEW, "id"),
    ],
)
def test_a_name_decides_where_values_do_not(name: str, values: Any, kind: str) -> None:
    found = beside(values, name)
    assert found["kind"] == kind, found


def test_what_the_user_says_is_not_looked_into() -> None:
    assert beside(NUMBERS, ids=["x"])["kind"] == "id"
    assert beside(["7"] * COUNT, ids=["x"])["why"] == "you named it among the ids"
    assert beside(NUMBERS, leave_out=["x"]) == {
        "name": "x",
        "kind": "",
        "why": "you left it out",
        "words": None,
    }
    label = beside(["anything"] * COUNT, label="x")
    assert (label["kind"], label["why"]) == ("", "prepare.tasks reads it: no model may")


def test_copies_of_rows_do_not_hide_a_key() -> None:
    table = pa.table({"order": HEX, "n": NUMBERS, "y": ["0", "1"] * (COUNT // 2)})
    kinds = [fact["kind"] for fact in infer(pa.concat_tables([table, table[:50]])).facts()]
    assert kinds == ["key", "number", ""]


def test_columns_of_one_name_are_left_out() -> None:
    table = pa.table(
        [pa.array(FEW), pa.array(FEW), pa.array(NUMBERS), pa.array(FEW)], ["x", "x", "n", "y"]
    )
    found = infer(table, ids=["x"])
    assert [column.name for column in found.columns] == ["n"]
    assert [fact["why"] for fact in found.facts()[:2]] == ["several columns bear its name"] * 2
    with pytest.raises(StageFailure, match="several columns 'x': rename all but one"):
        infer(table, label="x")


@pytest.mark.parametrize(
    ("words", "reason", "said"),
    [
        ({"label": "z"}, "ColumnNotFound", "it has 'x', 'y': correct prepare.tasks"),
        ({"leave_out": ["z"]}, "ColumnNotFound", "correct prepare.infer.leaveOut"),
        ({"ids": ["z"]}, "ColumnNotFound", "correct prepare.infer.ids"),
        ({"leave_out": ["x"]}, "NothingToInfer", "('x': you left it out; 'y': prepare.tasks reads"),
    ],
)
def test_words_that_do_not_fit_the_source_are_refused(
    words: dict[str, Any], reason: str, said: str
) -> None:
    with pytest.raises(StageFailure) as caught:
        infer(pa.table({"x": FEW, "y": FEW}), **words)
    assert caught.value.reason == reason
    assert said in caught.value.message


def test_a_source_without_rows_tells_nothing() -> None:
    with pytest.raises(StageFailure, match="no rows from which to work out") as caught:
        infer(pa.table({"x": pa.array([], pa.string()), "y": pa.array([], pa.string())}))
    assert caught.value.reason == "NoRowsLeft"


@pytest.mark.parametrize(
    "words", [{"ids": ["x"], "leave_out": ["x"]}, {"ids": ["x", "x", "y"], "leave_out": ["y"]}]
)
def test_a_column_is_named_once(words: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="a column is named once"):
        Infer(**words)


@pytest.mark.parametrize("word", ["leaveOut", "ids"])
@pytest.mark.parametrize("column", ["y", "seen", "worth"])
def test_what_tasks_read_is_not_named_again(word: str, column: str) -> None:
    task = {"binary": {"label": "y", "where": "seen", "weight": "worth", "group": "user"}}
    given = {"source": {"csv": {"uri": "raw.csv"}}, "tasks": [task], "infer": {word: [column]}}
    with pytest.raises(ValidationError, match=f"infer: names '{column}', which prepare.tasks rea"):
        Prepare.model_validate(given)
    Prepare.model_validate(given | {"infer": {word: ["user"]}})


@pytest.mark.parametrize(
    "task",
    [
        Binary(label="y", weight="w", where="s"),
        Number(label="y", weight="w", where="s"),
        Classes(label="y", weight="w", where="s"),
    ],
)
def test_what_tasks_read_is_never_inferred_as_a_feature(task: Task) -> None:
    columns = {name: DRAW.permutation(NUMBERS) for name in ("x", "y", "w")}
    found = Infer().infer(pa.table(columns | {"s": FEW % 2}), (task,))
    assert [column.name for column in found.columns] == ["x"]
    assert {fact["name"]: fact["kind"] for fact in found.facts()} == {
        "x": "number",
        "y": "",
        "w": "",
        "s": "",
    }


def test_a_group_may_be_a_feature_too() -> None:
    table = pa.table({"user": MANY, "y": NUMBERS})
    found = Infer().infer(table, (Number(label="y", group="user"),))
    assert [(column.name, column.kind) for column in found.columns] == [("user", "id")]
