"""Id columns from words to numbers."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone_trainer.columns.id import IdColumn
from hone_trainer.rows.block import Block
from tests.trainer.blocks import block


def ids(*rows: str | None) -> Block:
    return Block.of(pa.table({"item": pa.array(rows, pa.string()).dictionary_encode()}))


def learn(column: IdColumn, *blocks: Block) -> dict[str, Any]:
    summaries = [column.summarize("item", each) for each in blocks]
    learned: dict[str, Any] = json.loads(json.dumps(column.learn("item", summaries, blocks[0])))
    return learned


def encode(column: IdColumn, learned: dict[str, Any], *rows: str | None) -> list[list[int]]:
    encoded = column.encode("item", ids(*rows), learned)
    assert list(encoded) == ["item"]
    assert encoded["item"].dtype == np.int32
    assert encoded["item"].flags["C_CONTIGUOUS"]
    found: list[list[int]] = encoded["item"].tolist()
    return found


SEEN = ("c", "b", "a", "b", None, "c")


@pytest.mark.parametrize(
    ("words", "known", "codes"),
    [
        ({}, ["b", "c", "a"], [4, 2, 3, 1, 1]),
        ({"minCount": 2}, ["b", "c"], [1, 2, 3, 1, 1]),
        ({"maxSize": 1}, ["b"], [1, 2, 1, 1, 1]),
        ({"minCount": 3}, [], [1, 1, 1, 1, 1]),
    ],
)
def test_one_id_per_row(words: dict[str, Any], known: list[str], codes: list[int]) -> None:
    column = IdColumn.model_validate(words)
    learned = learn(column, ids(*SEEN))
    assert learned == {"known": known}
    (field,) = column.fields("item", learned)
    shown = (field.name, field.source, field.kind, field.length, field.size, field.hashed)
    assert shown == ("item", "item", "id", 1, len(known) + 2, False)
    assert encode(column, learned, "a", "b", "c", "new", None) == [[code] for code in codes]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b c d", [3, 4, 5]),
        ("b", [0, 0, 3]),
        ("", [0, 0, 0]),
        ("a  z", [0, 2, 1]),
        (" a ", [0, 0, 2]),
        ("A", [0, 0, 1]),
        (None, [0, 0, 0]),
    ],
)
def test_sequences_keep_their_last_ids(text: str | None, expected: list[int]) -> None:
    column = IdColumn(length=3)
    learned = learn(column, ids("a b c d", "a b c", "a b", "a"))
    assert learned == {"known": ["a", "b", "c", "d"]}
    assert encode(column, learned, text) == [expected]
    assert encode(column, learned, "d", text, None, text) == [
        [0, 0, 5],
        expected,
        [0, 0, 0],
        expected,
    ]


def test_the_separator_is_what_the_column_says() -> None:
    column = IdColumn(length=2, separator="|")
    learned = learn(column, ids("a b|c", "c"))
    assert learned == {"known": ["c", "a b"]}
    assert encode(column, learned, "a b|c|a b") == [[2, 3]]


def test_words_that_no_row_has_any_more_are_not_learned() -> None:
    whole = ids("gone gone gone", "a b", "a")
    left = whole.keep(np.array([False, True, True]))
    assert "gone gone gone" in left.texts("item").words.to_pylist()
    assert learn(IdColumn(length=4), left) == {"known": ["a", "b"]}
    assert learn(IdColumn(), left) == {"known": ["a", "a b"]}


@pytest.mark.parametrize("words", [{}, {"length": 3}, {"buckets": 5}, {"buckets": 5, "length": 2}])
def test_a_block_without_rows_takes_part(words: dict[str, Any]) -> None:
    column = IdColumn.model_validate(words)
    empty = ids("a b", "c").keep(np.zeros(2, bool))
    learned = learn(column, empty, ids("a b"), empty)
    assert column.encode("item", empty, learned)["item"].shape == (0, column.length)
    never = ids()
    assert column.encode("item", never, learned)["item"].shape == (0, column.length)
    assert column.fields("item", learn(column, never))[0].size == 2 + (column.buckets or 0)


@pytest.mark.parametrize("length", [1, 3])
def test_a_block_where_every_id_is_missing(length: int) -> None:
    column = IdColumn(length=length)
    nothing = ids(None, None)
    assert learn(column, nothing) == {"known": []}
    expected = [[1]] * 2 if length == 1 else [[0, 0, 0]] * 2
    assert encode(column, {"known": []}, None, None) == expected


def test_every_id_gets_a_bucket_and_keeps_it() -> None:
    column = IdColumn(buckets=50)
    names = [f"user-{number}" for number in range(2000)]
    learned = learn(column, ids(*names))
    assert learned == {"buckets": 50}
    (field,) = column.fields("item", learned)
    assert (field.size, field.hashed) == (52, True)
    once, again = encode(column, learned, *names), encode(column, learned, *reversed(names))
    assert once == again[::-1]
    assert {code for (code,) in once} == set(range(2, 52))
    assert encode(column, learned, None) == [[1]]


def test_sequences_of_buckets_are_padded_at_the_front() -> None:
    column = IdColumn(buckets=99, length=3)
    short, long, empty, missing = encode(column, {"buckets": 99}, "a b", "a b c d", "", None)
    assert short[0] == 0
    assert short[1] != short[2]
    assert long[0] == short[2], "b, the second of four"
    assert empty == missing == [0, 0, 0]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.none() | st.text("ab ", max_size=5), min_size=1, max_size=10),
    st.integers(0, 10),
    st.sampled_from([{}, {"length": 3}, {"buckets": 3}, {"buckets": 3, "length": 2}]),
)
def test_a_row_is_encoded_the_same_whatever_block_it_is_in(
    rows: list[str | None], at: int, words: dict[str, Any]
) -> None:
    column = IdColumn.model_validate(words)
    learned = learn(column, ids(*rows))
    assert learned == learn(column, ids(*rows[:at]), ids(*rows[at:]))
    apart = encode(column, learned, *rows[:at]) + encode(column, learned, *rows[at:])
    assert encode(column, learned, *rows) == apart
    assert [encode(column, learned, row)[0] for row in rows] == apart


def test_rows_of_several_columns_are_kept_apart() -> None:
    both = block(user=["a", "b"], item=["b", "b"])
    column = IdColumn()
    assert column.learn("item", [column.summarize("item", both)], both) == {"known": ["b"]}
    assert column.learn("user", [column.summarize("user", both)], both) == {"known": ["a", "b"]}


def test_real_sequences_are_encoded_as_a_loop_would(datasets: Path) -> None:
    lines = (datasets / "toys" / "Toys_and_Games.txt").read_text().splitlines()[:3000]
    rows = [line.partition(" ")[2] for line in lines]
    column = IdColumn(length=10, min_count=3)
    learned = learn(column, ids(*rows[:1000]), ids(*rows[1000:]))
    counts = Counter(token for row in rows for token in row.split())
    frequent = sorted((-many, item) for item, many in counts.items() if many >= 3)
    assert learned == {"known": [item for _, item in frequent]}
    codes = {item: place for place, (_, item) in enumerate(frequent, 2)}
    last = [[codes.get(token, 1) for token in row.split()[-10:]] for row in rows]
    expected = [[0] * (10 - len(row)) + row for row in last]
    assert encode(column, learned, *rows) == expected
