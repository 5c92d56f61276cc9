"""Words of text columns, against what a loop over rows finds."""

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.rows import tokens as module
from hone_trainer.rows.block import Block, Texts
from hone_trainer.rows.tokens import (
    FIRST_KNOWN,
    MOST_WORDS,
    UNSEEN,
    Tokens,
    count,
    hash_codes,
    hash_words,
    known_codes,
    positions,
    split,
    tokens,
    vocabulary,
)
from tests.trainer.blocks import block

ROWS = st.lists(st.none() | st.text("ab ü", max_size=6), max_size=12)


def texts(rows: list[str | None]) -> Texts:
    return Block.of(pa.table({"t": pa.array(rows, pa.string()).dictionary_encode()})).texts("t")


def naive(row: str | None, length: int) -> list[str]:
    if row is None:
        return []
    return [row] if length == 1 else [token for token in row.split(" ") if token]


def by_row(found: Tokens) -> list[list[str]]:
    words = found.words.to_pylist()
    starts = [0, *found.ends[:-1]]
    return [
        [words[code] for code in found.codes[start:end] if code >= 0]
        for start, end in zip(starts, found.ends, strict=False)
    ]


def figures(table: Any) -> dict[str, int]:
    words, counts = (table.column(name).to_pylist() for name in ("word", "count"))
    assert len(set(words)) == len(words)
    return dict(zip(words, counts, strict=True))


@settings(max_examples=60, deadline=None)
@given(ROWS, st.sampled_from([1, 2, 5]))
def test_rows_are_taken_apart_as_a_loop_would(rows: list[str | None], length: int) -> None:
    assert by_row(tokens(texts(rows), length, " ")) == [naive(row, length) for row in rows]


@settings(max_examples=60, deadline=None)
@given(ROWS, st.sampled_from([1, 3]), st.lists(st.booleans(), min_size=12, max_size=12))
def test_only_what_rows_hold_is_counted(
    rows: list[str | None], length: int, keep: list[bool]
) -> None:
    chosen = np.array(keep[: len(rows)], bool)
    table = pa.table({"t": pa.array(rows, pa.string()).dictionary_encode()})
    left = Block.of(table).keep(chosen).texts("t")
    kept = [row for row, stays in zip(rows, keep, strict=False) if stays]
    expected = Counter(token for row in kept for token in naive(row, length))
    assert figures(count(split(left.words, length, " "), left.codes)) == expected
    assert figures(count(tokens(left, length, " "))) == expected


@settings(max_examples=60, deadline=None)
@given(ROWS, st.integers(1, 4))
def test_positions_hold_the_last_tokens(rows: list[str | None], length: int) -> None:
    column = texts(rows)
    found = split(column.words, 9, " ")
    codes = np.arange(len(found.words), dtype=np.int32) + FIRST_KNOWN
    ids = dict(zip(found.words.to_pylist(), codes.tolist(), strict=True))
    encoded = positions(found, codes, length, column.codes)
    assert (encoded.shape, encoded.dtype.name) == ((len(rows), length), "int32")
    for row, got in zip(rows, encoded.tolist(), strict=True):
        last = [ids[token] for token in naive(row, 9)][-length:]
        assert got == [0] * (length - len(last)) + last


@settings(max_examples=60, deadline=None)
@given(ROWS, st.integers(1, 3))
def test_the_first_tokens_are_those_a_row_begins_with(rows: list[str | None], most: int) -> None:
    found = tokens(texts(rows), 9, " ").first(most)
    assert by_row(found) == [naive(row, 9)[:most] for row in rows]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("abc-", max_size=5).map(lambda text: text.replace("-", " -")), max_size=8))
def test_tokens_of_tokens(distinct: list[str]) -> None:
    words: Any = pa.array(sorted(set(distinct)), pa.string())
    outer = split(words, 9, " ")
    inner = split(outer.words, 9, "b")
    expected = [
        [piece for token in text.split(" ") for piece in token.split("b") if piece]
        for text in words.to_pylist()
    ]
    assert by_row(outer.into(inner)) == expected


def test_separators_may_be_long_and_are_no_patterns() -> None:
    found = split(pa.array(["a.*b.*c", ".*"]), 2, ".*")
    assert by_row(found) == [["a", "b", "c"], []]


COUNTED = [["b", "a", "c", "b"], ["a", "d", "b", "ü"]]


@pytest.mark.parametrize(
    ("least", "most", "expected"),
    [
        (1, None, ["b", "a", "c", "d", "ü"]),
        (2, None, ["b", "a"]),
        (4, None, []),
        (1, 1, ["b"]),
        (1, 4, ["b", "a", "c", "d"]),
        (1, 99, ["b", "a", "c", "d", "ü"]),
        (3, 2, ["b"]),
    ],
)
def test_frequent_words_come_first_and_ties_in_alphabetical_order(
    least: int, most: int | None, expected: list[str]
) -> None:
    counts = [count(tokens(texts([*rows]), 1, " ")) for rows in COUNTED]
    assert vocabulary([None, *counts], least, most, "item") == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("abü𝄞", min_size=1, max_size=2), max_size=20), st.integers(0, 20))
def test_a_vocabulary_does_not_depend_on_how_the_source_is_cut(rows: list[str], at: int) -> None:
    def learn(*blocks: list[str]) -> list[str]:
        counts = [count(tokens(texts([*each]), 1, " ")) for each in blocks]
        return vocabulary(counts, 1, None, "item")

    known = learn(rows)
    assert learn(rows[:at], rows[at:]) == learn(rows[at:], rows[:at]) == known
    assert known == sorted(set(rows), key=lambda word: (-rows.count(word), word))


@pytest.mark.parametrize("counts", [[], [None], [None, None]])
def test_no_counts_give_no_words(counts: list[None]) -> None:
    assert vocabulary(counts, 1, None, "item") == []


def test_too_many_words_are_refused_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WORDS", 2)
    counts = [count(tokens(texts(["a", "b", "c"]), 1, " "))]
    with pytest.raises(StageFailure, match="'item' holds 3 different ids: set buckets") as failure:
        vocabulary(counts, 1, None, "item")
    assert failure.value.reason == "TooManyIds"
    assert vocabulary(counts, 1, 2, "item") == ["a", "b"]


def test_a_size_that_can_be_asked_for_is_one_that_fits() -> None:
    from hone_trainer.columns import Column

    most = {"name": "item", "id": {"maxSize": MOST_WORDS}}
    assert Column.model_validate(most).id is not None
    most["id"] = {"maxSize": MOST_WORDS + 1}
    with pytest.raises(ValueError, match="maxSize"):
        Column.model_validate(most)


@pytest.mark.parametrize(
    ("known", "expected"), [(["b", "a"], [3, 2, UNSEEN]), ([], [UNSEEN] * 3), (["c"], [1, 1, 2])]
)
def test_known_words_get_their_place_and_others_are_unseen(
    known: list[str], expected: list[int]
) -> None:
    codes = known_codes(pa.array(["a", "b", "c"]), known)
    assert (codes.tolist(), codes.dtype.name) == (expected, "int32")


def test_vocabularies_that_look_alike_stay_apart() -> None:
    words = pa.array(["a", "b", "c", "z"])
    assert known_codes(words, ["a", "b", "z"]).tolist() == [2, 3, 1, 4]
    assert known_codes(words, ["a", "c", "z"]).tolist() == [2, 1, 3, 4]
    assert known_codes(words, ["a", "b", "z"]).tolist() == [2, 3, 1, 4]


def test_a_vocabulary_is_indexed_once_also_where_it_is_another_copy() -> None:
    known = [f"indexed-once-{number}" for number in range(100)]
    before = module._ids.cache_info().misses
    for _ in range(3):
        assert known_codes(pa.array(known[5:6]), [*known]).tolist() == [7]
    assert module._ids.cache_info().misses == before + 1


KNOWN = {"user-1": 782624, "item-1": 416025, "ü": 696622}


def test_the_hash_is_the_same_everywhere() -> None:
    """Models outlive the machine that trained them: these figures must never change."""
    codes = hash_codes(pa.array(list(KNOWN)), 1_000_000)
    assert dict(zip(KNOWN, codes.tolist(), strict=True)) == KNOWN


def test_every_word_gets_a_bucket_and_buckets_are_filled_evenly() -> None:
    codes = hash_codes(pa.array([f"user-{number}" for number in range(2000)]), 10)
    counts = np.bincount(codes - FIRST_KNOWN)
    assert len(counts) == 10
    assert counts.min() > 140
    assert counts.max() < 260


@pytest.mark.parametrize("words", [[], [""], ["a\x00b", "𝄞", "a" * 100_000]])
def test_every_word_can_be_hashed(words: list[str]) -> None:
    hashes = hash_words(pa.array(words, pa.string()))
    assert (len(hashes), hashes.dtype.name) == (len(words), "uint64")
    assert len(np.unique(hashes)) == len(words)


def test_the_largest_table_still_has_ids_that_fit() -> None:
    codes = hash_codes(pa.array([f"{number}" for number in range(1000)]), 1_000_000_000)
    assert codes.min() >= FIRST_KNOWN


def test_a_block_without_rows_has_no_tokens() -> None:
    empty = block(user=["a b", None]).keep(np.zeros(2, bool)).texts("user")
    for length in (1, 3):
        assert figures(count(tokens(empty, length, " "))) == {}
        assert figures(count(split(empty.words, length, " "), empty.codes)) == {}
