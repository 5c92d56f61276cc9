"""Text as people write it: words and pieces of words."""

import json
import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone_trainer.columns import Column
from hone_trainer.columns.text import TextColumn
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.rows.block import Block
from hone_trainer.rows.ngrams import ngrams, pairs, words
from hone_trainer.rows.tokens import Tokens, hash_codes


def texts(*rows: str | None) -> Block:
    return Block.of(pa.table({"title": pa.array(rows, pa.string()).dictionary_encode()}))


def learn(column: TextColumn, *blocks: Block) -> dict[str, Any]:
    summaries = [column.summarize("title", each) for each in blocks]
    learned: dict[str, Any] = json.loads(json.dumps(column.learn("title", summaries, blocks[0])))
    return learned


def by_text(found: Tokens) -> list[list[str]]:
    every = found.words.to_pylist()
    starts = [0, *found.ends[:-1]]
    ranges = zip(starts, found.ends, strict=False)
    return [[every[code] for code in found.codes[start:end]] for start, end in ranges]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Red shoes", ["red", "shoes"]),
        ("  USB-C/3.1 (10m)!", ["usb", "c", "3", "1", "10m"]),
        ("GRÖẞE Größe", ["größe", "größe"]),
        ("E\u0301te\u0301", ["été"]),
        ("ﬁne ｆｕｌｌ", ["fine", "full"]),
        ("Красные туфли", ["красные", "туфли"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("赤い靴 42", ["赤", "い", "靴", "42"]),
        ("我的卡还没到iPhone15", ["我", "的", "卡", "还", "没", "到", "iphone15"]),
        ("น้ำดื่ม", ["น้ํ", "า", "ดื่", "ม"]),
        ("빨간 신발", ["빨간", "신발"]),
        ("<b>&amp;</b>", ["b", "amp", "b"]),
        ("👟👟", []),
        ("", []),
    ],
)
def test_words_are_letters_and_digits_of_any_script(text: str, expected: list[str]) -> None:
    composed = [unicodedata.normalize("NFKC", word) for word in expected]
    assert by_text(words(pa.array([text]))) == [composed]


@pytest.mark.parametrize(
    ("text", "size", "most", "expected"),
    [
        ("shoe", 3, 99, ["<sh", "sho", "hoe", "oe>"]),
        ("Red a", 3, 99, ["<re", "red", "ed>", "<a>"]),
        ("Red a", 3, 2, ["<re", "red"]),
        ("a ab", 5, 99, ["<a>", "<ab>"]),
        ("ab", 2, 99, ["<a", "ab", "b>"]),
        ("ü𝄞ü é", 3, 99, ["<ü>", "<ü>", "<é>"]),
        ("größe", 4, 99, ["<grö", "größ", "röße", "öße>"]),
        ("!", 3, 99, []),
    ],
)
def test_pieces_know_the_ends_of_their_word(
    text: str, size: int, most: int, expected: list[str]
) -> None:
    assert by_text(ngrams(pa.array(["x", text]), (size,), most))[1] == expected


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text("abü1 -", max_size=12), max_size=6, unique=True),
    st.sampled_from([(2,), (3,), (5,), (2, 3), (3, 4, 5)]),
    st.integers(1, 20),
)
def test_pieces_are_those_that_a_loop_finds(
    rows: list[str], sizes: tuple[int, ...], most: int
) -> None:
    def naive(text: str) -> list[str]:
        return [
            word[at : at + size]
            for word in (f"<{word}>" for word in text.replace("-", " ").split())
            for size in sizes
            for at in range(max(size == sizes[0], len(word) - size + 1))
        ][:most]

    assert by_text(ngrams(pa.array(rows, pa.string()), sizes, most)) == [*map(naive, rows)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("abü1 -", max_size=12), max_size=6, unique=True), st.integers(1, 4))
def test_pairs_are_words_beside_each_other(rows: list[str], most: int) -> None:
    def naive(text: str) -> list[str]:
        found = text.replace("-", " ").split()
        return [f"{one} {other}" for one, other in pairwise(found)][:most]

    assert by_text(pairs(pa.array(rows, pa.string()), most)) == [*map(naive, rows)]


def test_a_text_is_read_in_pairs_of_words() -> None:
    column = TextColumn.model_validate({"pairs": {"length": 3, "buckets": 1000}})
    (field,) = column.fields("title", {})
    assert (field.name, field.length, field.size, field.hashed) == ("title_pairs", 3, 1002, True)
    encoded = column.encode("title", texts("Red shoes", "red", "a red shoes!", None), {})
    red, before = hash_codes(pa.array(["red shoes", "a red"]), 1000).tolist()
    assert encoded["title_pairs"].tolist() == [[0, 0, red], [0] * 3, [0, before, red], [0] * 3]


def test_a_text_is_read_word_by_word() -> None:
    column = TextColumn.model_validate({"words": {"length": 3, "minCount": 2}})
    learned = learn(column, texts("Red shoes", "red, RED hat"), texts(None, "shoes"))
    assert learned == {"known": ["red", "shoes"]}
    (field,) = column.fields("title", learned)
    shown = (field.name, field.source, field.kind, field.length, field.size, field.hashed)
    assert shown == ("title_words", "title", "id", 3, 4, False)
    rows = texts("new red shoes for you", "shoes", "", None, "Shoes!")
    encoded = column.encode("title", rows, learned)
    assert list(encoded) == ["title_words"]
    assert encoded["title_words"].dtype == np.int32
    expected = [[1, 2, 3], [0, 0, 3], [0, 0, 0], [0, 0, 0], [0, 0, 3]]
    assert encoded["title_words"].tolist() == expected


def test_a_text_is_read_in_pieces_of_its_words() -> None:
    column = TextColumn.model_validate({"characters": {"length": 5, "buckets": 1000}})
    learned = learn(column, texts("Red shoes"))
    assert learned == {}
    (field,) = column.fields("title", learned)
    shown = (field.name, field.source, field.kind, field.length, field.size, field.hashed)
    assert shown == ("title_characters", "title", "id", 5, 1002, True)
    rows = texts("Shoe", "red shoes", None, "?")
    encoded = column.encode("title", rows, learned)["title_characters"]
    pieces = ["<sh", "sho", "hoe", "oe>", "<re", "red", "ed>"]
    ids = dict(zip(pieces, hash_codes(pa.array(pieces), 1000).tolist(), strict=True))
    expected = [
        [0, *(ids[piece] for piece in pieces[:4])],
        [ids[piece] for piece in ["<re", "red", "ed>", "<sh", "sho"]],
        [0] * 5,
        [0] * 5,
    ]
    assert (encoded.dtype.name, encoded.tolist()) == ("int32", expected)


BOTH = {"words": {"length": 2}, "characters": {"length": 4, "buckets": 50}}


def test_a_text_can_be_read_both_ways() -> None:
    column = TextColumn.model_validate(BOTH)
    learned = learn(column, texts("a b"))
    encoded = column.encode("title", texts("b"), learned)
    assert list(encoded) == ["title_words", "title_characters"]
    assert list(encoded) == [field.name for field in column.fields("title", learned)]


def test_a_text_that_is_neither_read_nor_said_to_be_is_refused() -> None:
    with pytest.raises(ValueError, match="set one or more of words, characters, pairs"):
        Column.model_validate({"name": "title", "text": {}})


@pytest.mark.parametrize("rows", [[], [None], ["!"], [None, "!", ""]])
def test_texts_without_words_take_part(rows: list[str | None]) -> None:
    column = TextColumn.model_validate(BOTH)
    learned = learn(column, texts(*rows))
    assert learned == {"known": []}
    encoded = column.encode("title", texts(*rows), learned)
    assert encoded["title_words"].tolist() == [[0, 0]] * len(rows)
    assert encoded["title_characters"].tolist() == [[0] * 4] * len(rows)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(st.none() | st.text(max_size=8), max_size=6), st.integers(0, 6))
def test_a_row_is_encoded_the_same_whatever_block_it_is_in(rows: list[str | None], at: int) -> None:
    column = TextColumn.model_validate(BOTH)
    learned = learn(column, texts(*rows))
    assert learned == learn(column, texts(*rows[:at]), texts(*rows[at:]))
    whole = column.encode("title", texts(*rows), learned)
    for name in whole:
        parts = [column.encode("title", texts(*p), learned)[name] for p in (rows[:at], rows[at:])]
        assert np.array_equal(whole[name], np.concatenate(parts))


def test_misspelt_words_keep_most_of_their_pieces(datasets: Path) -> None:
    """Words of held-out questions that no training question has still share pieces with some."""
    import pandas as pd

    train, test = (
        pd.read_csv(datasets / "banking77" / f"{part}.csv")["text"].drop_duplicates().tolist()
        for part in ("train", "test")
    )
    known = set(words(pa.array(train)).words.to_pylist())
    new = sorted(set(words(pa.array(test)).words.to_pylist()) - known)
    assert len(new) > 100
    pieces = set(ngrams(pa.array(sorted(known)), (3,), 512).words.to_pylist())
    found = by_text(ngrams(pa.array(new), (3,), 512))
    shares = [sum(piece in pieces for piece in each) / len(each) for each in found]
    assert np.mean(shares) > 0.8


def test_texts_that_are_alike_have_the_words_of_both() -> None:
    leads = TextColumn.model_validate({"words": {"length": 2}})
    follows = TextColumn.model_validate({"like": "words", "words": {"length": 3}})
    both = [leads.summarize("title", texts("red shoes")), follows.summarize("title", texts("hat"))]
    learned = leads.learn("words", both, texts("red"))
    assert learned == {"known": ["hat", "red", "shoes"]}
    assert follows.learn("title", both[1:], texts("red")) == {}
    assert follows.borrows == "words"
    (mine,), (theirs,) = leads.fields("words", learned), follows.fields("title", learned)
    assert (theirs.like, theirs.size, theirs.length) == (mine.name, mine.size, 3)
    assert mine.table == theirs.table
    one, other = (
        leads.encode("title", texts("hat"), learned),
        follows.encode("title", texts("hat"), learned),
    )
    assert one["title_words"][0, -1] == other["title_words"][0, -1] == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ({"like": "wrods", "words": {}}, r"no other text column \(did you mean 'words'"),
        ({"like": "title", "words": {}}, "which is no other text column"),
        ({"like": "second", "words": {}}, "which is like another itself: name 'words'"),
        ({"like": "words", "pairs": {}}, "text.pairs is another than that of 'words'"),
        ({"like": "words", "words": {"minCount": 3}}, "only length may differ"),
        ({"like": "words", "pieces": {"uri": "s3://m/e"}}, "text.pieces is another than that of"),
    ],
)
def test_texts_that_cannot_be_alike_are_refused(text: dict[str, Any], told: str) -> None:
    others = (
        {"name": "words", "text": {"words": {"length": 9}}},
        {"name": "second", "text": {"like": "words", "words": {}}},
    )
    columns = tuple(Column.model_validate(c) for c in (*others, {"name": "title", "text": text}))
    with pytest.raises(StageFailure, match=told):
        columns[2].value.check("title", columns)
