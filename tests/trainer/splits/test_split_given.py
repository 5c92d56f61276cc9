"""Rows are in the part that a column says."""

import numpy as np
import pyarrow as pa
import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.splits.given import GivenSplit
from tests.trainer.blocks import block
from tests.trainer.splitting import ask, place

WORDS = ["train", "validation", "test", "train"]


def test_a_row_is_where_its_column_says() -> None:
    given = {"given": {"column": "part"}}
    assert place(given, [block(part=WORDS)], ask(4)).tolist() == [0, 1, 2, 0]


def test_the_words_may_be_others() -> None:
    given = {"given": {"column": "fold", "train": "a", "validation": "b", "test": "c"}}
    assert place(given, [block(fold=["c", "a", "b"])], ask(3)).tolist() == [2, 0, 1]


def test_validation_rows_are_drawn_of_training_rows_where_none_is_given() -> None:
    rows = block(part=["train"] * 30_000 + ["test"] * 10_000)
    parts = place({"given": {"column": "part"}}, [rows], ask(40_000, validation=0.1))
    assert (parts[30_000:] == 2).all()
    assert np.bincount(parts[:30_000]) / 30_000 == pytest.approx([0.9, 0.1], abs=0.01)


def test_validation_rows_are_drawn_by_whole_groups() -> None:
    queries = [f"q{k % 300}" for k in range(3000)]
    words = ["test" if k % 300 < 60 else "train" for k in range(3000)]
    given = {"given": {"column": "part", "group": "query"}}
    blocks = [
        block(part=words[k : k + 1000], query=queries[k : k + 1000]) for k in range(0, 3000, 1000)
    ]
    parts = place(given, blocks, ask(3000, validation=0.2))
    of = {
        query: {int(part) for q, part in zip(queries, parts, strict=True) if q == query}
        for query in queries
    }
    assert all(len(each) == 1 for each in of.values())
    assert 20 < sum(each == {1} for each in of.values()) < 80
    assert all(of[f"q{k}"] == {2} for k in range(60))


def test_a_group_in_two_parts_is_refused() -> None:
    rows = block(part=["train", "test", "train"], query=["a", "a", "b"])
    with pytest.raises(StageFailure, match="1 values of 'query' have rows in more than one part"):
        place({"given": {"column": "part", "group": "query"}}, [rows], ask(3))


@pytest.mark.parametrize(
    ("words", "reason", "said"),
    [
        (["train", "tset"], "UnknownPart", "'tset', and a row is for one of 'train', 'validation'"),
        (["train", None], "UnknownPart", "no value in some rows"),
        (["train", "validation"], "NoRowsLeft", "'part' holds 'test' in no row"),
        (["test"], "NoRowsLeft", "holds 'train' in no row: say in it"),
    ],
)
def test_what_says_no_part_is_refused(words: list[str | None], reason: str, said: str) -> None:
    rows = block(part=pa.array(words, pa.string()).dictionary_encode())
    with pytest.raises(StageFailure) as failure:
        place({"given": {"column": "part"}}, [rows], ask(len(words)))
    assert failure.value.reason == reason
    assert said in failure.value.message


def test_two_parts_of_one_word_are_refused() -> None:
    with pytest.raises(ValueError, match="three different words"):
        GivenSplit.model_validate({"column": "part", "test": "train"})
