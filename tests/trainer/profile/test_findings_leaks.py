"""What gives the label away, and what held-out rows share with training rows."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from hone_trainer.profile.alone import alone
from hone_trainer.profile.measure import LEAST
from hone_trainer.profile.overlaps import SharedKey, repeats, row_hashes, shared_key
from hone_trainer.profile.univariate_auc import auc_of_gaps, auc_of_numbers, auc_of_texts
from hone_trainer.profile.value_counts import Tally
from hone_trainer.tasks.next_item import NextItem
from tests.trainer.blocks import block, columns, times

DRAW = np.random.default_rng(0)
COUNT = 4000
LABELS = (DRAW.random(COUNT) < 0.3).astype(float)
PARTS = np.repeat([0, 1], COUNT // 2).tolist()


def text_auc(words: Any, length: int = 1) -> float | None:
    made = block(x=words, parts=PARTS)
    tally = Tally.of(made, columns(x={"id": {"length": length}})[0])
    return auc_of_texts(tally, LABELS)


def test_a_label_that_a_sequence_is_made_of_is_not_held_against_itself() -> None:
    """It is read as ids, for the sake of the sequence; no model reads the row's own."""
    words = [f"i{k % 5}" for k in range(COUNT)]
    made = block(item=words, price=[1.0] * COUNT, parts=PARTS)
    given = columns(item={"id": {"feature": False}}, price={"number": {}})
    task = NextItem(label="item")
    found = alone(task, given, made, made, made, {"item": Tally.of(made, given[0])})
    assert [each.column for each in found] == ["price"]


def test_a_number_counts_in_either_direction() -> None:
    draw = np.random.default_rng(1)
    values = LABELS + draw.normal(size=COUNT) / 10
    assert auc_of_numbers(values, LABELS) == pytest.approx(1)
    assert auc_of_numbers(-values, LABELS) == pytest.approx(1)
    assert auc_of_numbers(draw.normal(size=COUNT), LABELS) == pytest.approx(0.5, abs=0.05)


def test_a_missing_number_neither_helps_nor_hurts() -> None:
    draw = np.random.default_rng(1)
    values = np.where(draw.random(COUNT) < 0.5, np.nan, LABELS)
    assert auc_of_numbers(values, LABELS) == pytest.approx(0.75, abs=0.05)
    assert auc_of_numbers(np.full(COUNT, np.nan), LABELS) == 0.5


@pytest.mark.parametrize("ones", [0, LEAST - 1, 50 - LEAST + 1, 50])
def test_of_too_few_rows_of_a_class_nothing_is_said(ones: int) -> None:
    labels = (np.arange(50) < ones).astype(float)
    assert auc_of_numbers(labels, labels) is None


def test_a_word_that_goes_with_the_label_gives_it_away() -> None:
    words = [f"{'bought' if y else 'left'}{k % 5}" for k, y in enumerate(LABELS)]
    assert text_auc(words) == 1


def test_what_was_learned_by_heart_gives_nothing_away() -> None:
    assert text_auc([f"id{k}" for k in range(COUNT)]) == 0.5


def test_a_word_in_a_sequence_gives_it_away_too() -> None:
    words = [f"a{k % 3} {'paid' if y else 'b'} c{k % 4}" for k, y in enumerate(LABELS)]
    assert text_auc(words, length=3) == pytest.approx(1)
    assert text_auc(pa.array([None] * COUNT, pa.string()).dictionary_encode(), length=3) == 0.5


def test_a_gap_gives_it_away() -> None:
    assert auc_of_gaps(LABELS == 0, LABELS) == 1
    assert auc_of_gaps(np.zeros(COUNT, bool), LABELS) is None
    some = np.arange(COUNT) % 7 == 0
    assert auc_of_gaps(some, LABELS) == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize(
    ("values", "keys", "rows"),
    [
        (["u", "u", "v", "w"], 0, 0),
        (["u", "v", "u", "w"], 1, 1),
        (["u", None, "u", "u"], 1, 2),
        ([None, None, None, None], 0, 0),
        ([1, 2, 1, 3], 1, 1),
        ([1, None, None, 3], 0, 0),
        (times("2026-01-01", "2026-01-02", "2026-01-01", None), 1, 1),
    ],
)
def test_keys_in_several_parts_are_counted(values: Any, keys: int, rows: int) -> None:
    made = block(k=values, z=[1] * 4, parts=[0, 0, 1, 2])
    assert shared_key(made, "k") == SharedKey("k", keys, rows)


def test_rows_that_repeat_training_rows_are_counted() -> None:
    made = block(
        x=[1, 1, 2, 1, None, 0, None],
        t=["a", "a", "b", "a", None, "a", None],
        parts=[0, 0, 0, 1, 1, 2, 0],
    )
    train, validation, test = repeats(made, ("x", "t"))
    assert (train.rows, train.repeated) == (4, 1)
    assert (validation.rows, validation.repeated) == (2, 2)
    assert (test.rows, test.repeated) == (1, 0)


def test_equal_rows_have_equal_hashes_whatever_block_they_are_in() -> None:
    when = times("2026-01-01", None, "2026-01-03")
    one = block(x=[0.0, None, 3], t=["a", "b", None], w=when)
    # Another dictionary, the other zero, another bit pattern of what is missing.
    odd = np.array([-0.0, np.nan, 3])
    odd[1] = np.frombuffer(np.uint64(0xFFF8000000000001).tobytes(), np.float64)[0]
    two = block(x=odd, t=["b", "a", "b"], w=when)
    two = two.put("t", block(t=["a", "b", None]).table.column("t"))
    names = ("x", "t", "w")
    assert row_hashes(one, names).tolist() == row_hashes(two, names).tolist()


def test_columns_do_not_stand_in_for_each_other() -> None:
    made = block(x=[1, 2], y=[2, 1])
    assert len(set(row_hashes(made, ("x", "y")).tolist())) == 2
