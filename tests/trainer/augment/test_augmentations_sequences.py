"""Rows beside rows, with sequences that are cut, masked or shuffled."""

from typing import Any

import numpy as np
import pytest

from hone_trainer.augment import AnyAugmentation, sequences
from hone_trainer.augment.augmentation import Augmentation
from hone_trainer.augment.crop import Crop
from hone_trainer.augment.mask import Mask
from hone_trainer.augment.reorder import Reorder
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.schema import Schema
from hone_trainer.rows.field import Field
from tests.trainer.blocks import columns
from tests.trainer.encoded import LABEL, Columns, rows, schema, shop

KINDS: dict[str, type[Augmentation]] = {"crop": Crop, "mask": Mask, "reorder": Reorder}


def made(kind: str, given: Columns, seed: int = 1, **parameters: Any) -> Columns:
    """Return the added rows alone."""
    parameters = {"columns": ("history",), **parameters}
    step = KINDS[kind].model_validate(parameters)
    found = step.rework(given, schema(given), None, np.random.default_rng(seed))
    count = len(given[LABEL])
    for name, values in given.items():
        assert np.array_equal(found[name][:count], values)
        assert found[name].dtype == values.dtype
    return {name: values[count:] for name, values in found.items()}


def numbered(count: int, length: int, real: int) -> Columns:
    """Rows whose sequences are 11, 12, … behind their padding, all alike."""
    ids = np.zeros((count, length), np.int32)
    ids[:, length - real :] = np.arange(11, 11 + real)
    return rows(history=ids, user=np.arange(count), bought=np.arange(count) % 2)


def test_what_is_cut_out_is_a_stretch_of_the_original() -> None:
    found = made("crop", numbered(500, 12, 10), share=0.6)["history"]
    assert len(found) == 500
    assert not found[:, :6].any()
    assert (np.diff(found[:, 6:], axis=1) == 1).all()
    assert set(found[:, 6].tolist()) == {11, 12, 13, 14, 15}


@pytest.mark.parametrize(
    ("real", "share", "least", "left"),
    [(10, 0.6, 1, 6), (10, 0.55, 1, 6), (10, 0.1, 4, 4), (3, 0.1, 1, 1), (2, 0.9, 1, None)],
)
def test_so_much_is_left(real: int, share: float, least: int, left: int | None) -> None:
    """Nothing is added where all would be left."""
    found = made("crop", numbered(50, 12, real), share=share, least=least)["history"]
    assert {(row > 0).sum() for row in found} == ({left} if left else set())


def test_about_a_share_of_the_ids_is_hidden() -> None:
    given = numbered(2000, 12, 10)
    found = made("mask", given, share=0.3)["history"]
    assert (found[:, 2:] == 1).mean() == pytest.approx(0.3 / (1 - 0.7**10), abs=0.01)
    assert not found[:, :2].any()
    assert ((found == 1) | (found == given["history"][0])).all()
    assert (found == 1).any(axis=1).all()


def test_a_stretch_is_shuffled_and_the_rest_stays() -> None:
    given = numbered(3000, 12, 10)
    found = made("reorder", given, share=0.4)["history"]
    assert np.array_equal(np.sort(found, axis=1), np.sort(given["history"][: len(found)], axis=1))
    moved = found != given["history"][: len(found)]
    reach = 12 - moved[:, ::-1].argmax(axis=1) - moved.argmax(axis=1)
    assert (reach.min(), reach.max()) == (2, 4)
    assert moved[:, 2:].any(axis=0).all()
    # Of the 24 orders of four ids one is the old one.
    assert len(found) / 3000 == pytest.approx(23 / 24, abs=0.015)


def test_two_ids_are_shuffled_at_least() -> None:
    found = made("reorder", numbered(200, 4, 2), share=0.01)["history"]
    assert 60 < len(found) < 140
    assert (found == [0, 0, 12, 11]).all()


@pytest.mark.parametrize("kind", KINDS)
def test_all_else_is_that_of_the_row(kind: str) -> None:
    given = shop(300) | {"member\x00": np.arange(300, dtype=np.int32)}
    found = made(kind, given, copies=2)
    assert len(found["price"]) > 100
    origin = found["member\x00"]
    for name in ("price", "user", LABEL):
        assert np.array_equal(found[name], given[name][origin])
    assert (found["history"] != given["history"][origin]).any(axis=1).all()


@pytest.mark.parametrize("kind", KINDS)
def test_rows_without_a_sequence_have_no_copies(kind: str) -> None:
    given = rows(history=[[0, 0, 0], [0, 0, 5], [4, 5, 6]], bought=[0, 1, 1])
    for seed in range(20):
        assert len(made(kind, given, seed)[LABEL]) <= 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [0, 1])
def test_few_rows_are_no_trouble(kind: str, count: int) -> None:
    assert len(made(kind, numbered(count, 5, 5), copies=3)[LABEL]) <= 3 * count


@pytest.mark.parametrize("kind", KINDS)
def test_sequences_that_are_named_together_stay_in_step(kind: str) -> None:
    """Each item's category is a hundred more; one sequence has room for fewer."""
    given = numbered(400, 12, 8)
    items = given["history"]
    given["categories"] = np.where(items > 0, items + 100, 0)[:, 2:].astype(np.int32)
    found = made(kind, given, columns=("history", "categories"))
    items, categories = found["history"][:, 2:], found["categories"]
    assert len(items) > 300
    assert np.array_equal(np.where(items > 1, items + 100, items), categories)
    assert not found["history"][:, :2].any()


@pytest.mark.parametrize("kind", KINDS)
def test_sequences_that_are_not_named_stay(kind: str) -> None:
    given = numbered(50, 6, 6)
    given["basket"] = given["history"].copy()
    found = made(kind, given)
    assert (found["basket"] == given["basket"][0]).all()


@pytest.mark.parametrize("kind", KINDS)
def test_copies_are_drawn_each_for_itself(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given = numbered(30, 12, 12)
    assert len({row.tobytes() for row in made(kind, given, copies=3)["history"]}) > 3
    monkeypatch.setattr(sequences, "AT_ONCE", 7)
    found, again = (made(kind, given, copies=3)["history"] for _ in range(2))
    assert 70 < len(found) <= 90
    assert np.array_equal(found, again)


COLUMNS = columns(
    user={"id": {}},
    basket={"id": {"length": 9}},
    title={"text": {"words": {}}},
    price={"number": {}},
    past={"sequence": {"of": "user", "by": "user", "along": "price"}},
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("basket", None),
        ("title", None),
        ("past", None),
        ("user", "WrongColumnKind"),
        ("price", "WrongColumnKind"),
        ("when", "ColumnNotFound"),
    ],
)
def test_columns_must_hold_sequences(kind: str, name: str, reason: str | None) -> None:
    step = AnyAugmentation.model_validate({kind: {"columns": [name]}}).value
    if reason is None:
        step.check(COLUMNS)
        return
    with pytest.raises(StageFailure, match=kind) as failure:
        step.check(COLUMNS)
    assert failure.value.reason == reason


@pytest.mark.parametrize("named", ["title", "past items"])
def test_a_column_is_found_among_the_fields_by_its_source_or_its_plain_name(named: str) -> None:
    given = rows(title_words=[[4, 5, 6]], past_items=[[7, 8, 9]], bought=[1])
    fields = (
        Field(name="title_words", source="title", kind="id", length=3, size=9),
        Field(name="past_items", kind="id", length=3, size=9),
    )
    step = Crop(columns=(named,), share=0.1)
    found = step.rework(given, Schema(fields=fields), None, np.random.default_rng(1))
    changed = {name for name in ("title_words", "past_items") if not found[name].all()}
    assert changed == {"title_words" if named == "title" else "past_items"}


def test_a_column_that_became_no_sequence_is_refused() -> None:
    given = shop(5)
    with pytest.raises(StageFailure, match="no sequence of ids"):
        Crop(columns=("user",)).rework(given, schema(given), None, np.random.default_rng(1))
