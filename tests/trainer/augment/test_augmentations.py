"""What holds for every augmentation."""

import pickle
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pydantic import ValidationError

from hone_trainer.augment import AnyAugmentation
from hone_trainer.augment.copies import beside
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.rows.block import Block
from tests.trainer.blocks import block, columns, times
from tests.trainer.encoded import Columns, schema, shop

COLUMNS = columns(
    user={"id": {}},
    item={"id": {}},
    basket={"id": {"length": 4}},
    price={"number": {}},
    when={"time": {}},
    past={"sequence": {"of": "item", "by": "user", "along": "when"}},
    bought={"label": {}},
)
ALL: dict[str, dict[str, Any]] = {
    "negatives": {"of": "item", "by": "user"},
    "balance": {},
    "mixup": {},
    "crop": {"columns": ["history"]},
    "mask": {"columns": ["history"]},
    "reorder": {"columns": ["history"]},
    "noise": {"column": "title", "share": 0.5},
    "synonyms": {"column": "title", "groups": [["red", "scarlet"]], "share": 1},
}


def step_of(kind: str) -> Any:
    return AnyAugmentation.model_validate({kind: ALL[kind]}).value


def source() -> Block:
    return block(
        user=list("aabbccdd"),
        item=list("xyzwxyzw"),
        title=["red hat", "red shoe", None, "hat", "red", "shoe", "red red", "hat"],
        price=[1, 2, 3, 4, 5, 6, 7, 8],
        when=times(*[f"2026-01-0{day}" for day in range(1, 9)]),
        bought=[1, 0, 0, 0, 1, 0, 0, 0],
    )


def learned(step: Any) -> Any:
    if step.loads:
        found = step.load(None, COLUMNS)
    else:
        sums = [step.summarize(source(), 8)]
        found = step.learn([table for table in sums if table is not None], COLUMNS)
    return pickle.loads(pickle.dumps(found))


def test_every_kind_is_here() -> None:
    assert set(ALL) == set(AnyAugmentation.kinds)


@pytest.mark.parametrize("kind", ALL)
def test_each_acts_at_one_moment_and_leaves_the_other_alone(kind: str) -> None:
    step, rows, given = step_of(kind), source(), shop(60)
    known = learned(step)
    wide = step.widen(rows, known, np.random.default_rng(1))
    found = step.rework(given, schema(given), known, np.random.default_rng(1))
    changed = [
        wide is not rows,
        list(found) != list(given) or any(found[name] is not given[name] for name in given),
    ]
    assert sorted(changed) == [False, True]


@pytest.mark.parametrize("kind", ALL)
def test_what_was_given_stays_as_it_was(kind: str) -> None:
    step, rows, given = step_of(kind), source(), shop(60)
    known, table = learned(step), rows.table
    before = {name: values.copy() for name, values in given.items()}
    step.widen(rows, known, np.random.default_rng(1))
    step.rework(given, schema(given), known, np.random.default_rng(1))
    assert rows.table.equals(table)
    assert list(given) == list(before)
    assert all(np.array_equal(given[name], before[name]) for name in given)


@pytest.mark.parametrize("kind", ALL)
def test_the_same_generator_gives_the_same_rows(kind: str) -> None:
    step = step_of(kind)
    known = learned(step)
    wide = [step.widen(source(), known, np.random.default_rng(4)) for _ in range(2)]
    assert wide[0].table.equals(wide[1].table)
    given = shop(60)
    found = [step.rework(given, schema(given), known, np.random.default_rng(4)) for _ in range(2)]
    assert same(*found)


def same(one: Columns, two: Columns) -> bool:
    return list(one) == list(two) and all(np.array_equal(one[name], two[name]) for name in one)


@pytest.mark.parametrize("kind", ALL)
def test_a_block_keeps_the_forms_of_its_columns(kind: str) -> None:
    rows = source()
    wide = step_of(kind).widen(rows, learned(step_of(kind)), np.random.default_rng(1))
    assert wide.table.schema == rows.table.schema
    assert len(wide.rows) == len(wide.parts) == wide.table.num_rows
    assert not wide.parts.any()
    assert (np.diff(wide.rows) >= 0).all()
    # It can go on as any other block.
    assert Block.unpack(wide.pack()).table.equals(wide.table)


@pytest.mark.parametrize("kind", ALL)
def test_all_columns_have_the_same_number_of_rows(kind: str) -> None:
    given = shop(60)
    found = step_of(kind).rework(
        given, schema(given), learned(step_of(kind)), np.random.default_rng(1)
    )
    assert len({len(values) for values in found.values()}) == 1


@pytest.mark.parametrize(
    ("words", "reason", "said"),
    [
        ({"negatives": {"of": "thing", "by": "user"}}, "ColumnNotFound", "negatives.of"),
        ({"negatives": {"of": "item", "by": "price"}}, "WrongColumnKind", "negatives.by"),
        ({"negatives": {"of": "basket", "by": "user"}}, "WrongColumnKind", "one id per row"),
        ({"negatives": {"of": "past", "by": "user"}}, "WrongColumnKind", "made of other"),
        (
            {"negatives": {"of": "item", "by": "user", "attributes": ["bought"]}},
            "WrongColumnKind",
            "no attribute of an item",
        ),
        (
            {"negatives": {"of": "item", "by": "user", "attributes": ["user"]}},
            "WrongColumnKind",
            "no attribute of an item",
        ),
        ({"noise": {"column": "when"}}, "WrongColumnKind", "noise.column"),
        ({"synonyms": ALL["synonyms"] | {"column": "price"}}, "WrongColumnKind", "takes text"),
    ],
)
def test_columns_that_do_not_fit_are_refused(words: Any, reason: str, said: str) -> None:
    with pytest.raises(StageFailure, match=said) as failure:
        AnyAugmentation.model_validate(words).value.check(COLUMNS)
    assert failure.value.reason == reason


@pytest.mark.parametrize(
    "words",
    [
        {"negatives": {"of": "item", "by": "user", "attributes": ["price", "when"]}},
        {"balance": {"by": {"smote": {"neighbours": 7}}}},
        {"mixup": {"alpha": 0.4}},
        {"crop": {"columns": ["basket", "past"]}},
        {"noise": {"column": "item"}},
        {"synonyms": ALL["synonyms"] | {"column": "item"}},
    ],
)
def test_columns_that_fit_are_taken(words: Any) -> None:
    AnyAugmentation.model_validate(words).value.check(COLUMNS)


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"mixup": {}, "balance": {}},
        {"balance": {"by": {}}},
        {"balance": {"by": {"weights": {}, "repeat": {}}}},
        {"negatives": {"of": "item", "by": "user", "choose": "often"}},
        {"negatives": {"of": "item", "by": "user", "per": 21}},
        {"crop": {"columns": []}},
        {"mask": {"columns": ["history"], "share": 0}},
        {"synonyms": {"column": "title", "groups": [["alone"]]}},
        {"synonyms": {"column": "title", "groups": [["two words", "b"]]}},
    ],
)
def test_words_that_make_no_sense_are_refused(words: Any) -> None:
    with pytest.raises(ValidationError):
        AnyAugmentation.model_validate(words)


def test_only_negatives_bring_the_other_label() -> None:
    assert [kind for kind in ALL if step_of(kind).contrasts] == ["negatives"]


def test_copies_stand_behind_their_row_in_the_order_they_were_given() -> None:
    rows = block(first=10, user=["a", "b", "c"], price=[1, None, 3]).placed(
        np.array([0, 1, 2], np.int8)
    )
    users = pa.array(["x", "y", None, "z"]).dictionary_encode()
    wide = beside(rows, np.array([2, 0, 2, 0]), {"user": users, "price": np.arange(4.0)})
    assert wide.table.column("user").to_pylist() == ["a", "y", "z", "b", "c", "x", None]
    assert wide.rows.tolist() == [10, 10, 10, 11, 12, 12, 12]
    assert wide.parts.tolist() == [0, 0, 0, 1, 2, 2, 2]
    assert wide.numbers("price")[[0, 1, 2, 4, 5, 6]].tolist() == [1, 1, 3, 3, 0, 2]
    assert np.isnan(wide.numbers("price")[3])
    assert beside(rows, np.zeros(0, np.int64), {"user": users[:0]}) is rows


def test_copies_have_what_columns_of_other_forms_have() -> None:
    """A history that another pass put beside the rows is that of the row."""
    lists = pa.FixedSizeListArray.from_arrays(pa.array([1, 2, 3, 4], pa.int32()), 2)
    rows = block(user=["a", "b"]).put("past", lists)
    wide = beside(rows, np.array([1]), {})
    assert wide.table.column("past").to_pylist() == [[1, 2], [3, 4], [3, 4]]
