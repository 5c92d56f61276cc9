"""Text in the pieces of a pretrained vocabulary, as its own library takes it apart."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from hone_trainer.columns import Column
from hone_trainer.columns.text import TextColumn
from hone_trainer.contract.assignment import StageFailure, Store
from hone_trainer.rows.block import Block
from hone_trainer.rows.pieces import digest
from hone_trainer.store.artifact_store import open_store
from hone_trainer.store.side_inputs import SideInputs
from tests.trainer import encoders
from tests.trainer.encoders import WORDS


def texts(*rows: str | None) -> Block:
    return Block.of(pa.table({"asked": pa.array(rows, pa.string()).dictionary_encode()}))


def column(folder: Path, length: int = 6, **more: Any) -> TextColumn:
    pieces = {"uri": f"{folder}/", "length": length}
    return TextColumn.model_validate({"pieces": pieces, **more})


def loaded(asked: TextColumn, folder: Path) -> dict[str, Any]:
    """What it learns, after it was stored."""
    inputs = SideInputs(open_store(Store(uri=str(folder / "artifacts"))))
    learned: dict[str, Any] = json.loads(json.dumps(asked.load(inputs)))
    return learned


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return encoders.write(tmp_path / "encoder")


def ids(*words: str) -> list[int]:
    return [WORDS.index(word) + 2 for word in words]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("red shoes", ["[CLS]", "red", "shoe", "##s", "[SEP]"]),
        ("RED!", ["[CLS]", "red", "!", "[SEP]"]),
        ("", ["[CLS]", "[SEP]"]),
        ("green", ["[CLS]", "[UNK]", "[SEP]"]),
        ("我的卡", ["[CLS]", "我", "的", "卡", "[SEP]"]),
        ("我的钱", ["[CLS]", "我", "的", "[UNK]", "[SEP]"]),
        ("red blue coat my card lost", ["[CLS]", "red", "blue", "coat", "my", "[SEP]"]),
        ("blue coat my card", ["[CLS]", "blue", "coat", "my", "card", "[SEP]"]),
        (None, []),
    ],
)
def test_a_text_is_its_pieces_at_the_end_of_its_positions(
    folder: Path, text: str | None, expected: list[str]
) -> None:
    asked = column(folder)
    found = asked.encode("asked", texts("coat", text), loaded(asked, folder))["asked_pieces"]
    assert found.dtype == np.int32
    assert found[1].tolist() == [0] * (6 - len(expected)) + ids(*expected)


def test_ids_are_those_of_the_library_itself(folder: Path) -> None:
    from tokenizers import Tokenizer

    theirs = Tokenizer.from_file(str(folder / "tokenizer.json"))
    theirs.no_padding()
    rows = ["my card lost", "red shoes shoes", "我的卡 lost!", "ünknöwn"]
    asked = column(folder, 32)
    found = asked.encode("asked", texts(*rows), loaded(asked, folder))["asked_pieces"]
    for text, row in zip(rows, found, strict=True):
        assert (row[row > 0] - 2).tolist() == theirs.encode(text).ids


def test_it_becomes_a_field_that_knows_its_tokenizer(folder: Path) -> None:
    asked = column(folder)
    learned = loaded(asked, folder)
    (field,) = asked.fields("asked", learned)
    shown = (field.name, field.source, field.kind, field.length, field.size, field.hashed)
    assert shown == ("asked_pieces", "asked", "id", 6, len(WORDS) + 2, False)
    assert field.pieces == digest((folder / "tokenizer.json").read_bytes())
    assert asked.positions("asked") == {"asked_pieces": 6}
    assert asked.uris == {f"{folder}/tokenizer.json": "prepare.columns[].text.pieces.uri"}


def test_a_row_is_read_the_same_without_the_files(folder: Path) -> None:
    asked = column(folder)
    learned = loaded(asked, folder)
    before = asked.encode("asked", texts("red shoes", None), learned)["asked_pieces"]
    (folder / "tokenizer.json").unlink()
    alone = asked.encode("asked", texts("red shoes"), learned)["asked_pieces"]
    assert np.array_equal(before[:1], alone)


def test_pieces_stand_beside_other_ways_to_read_a_text(folder: Path) -> None:
    asked = column(folder, words={"length": 3})
    block = texts("red shoes")
    learned = asked.learn("asked", [asked.summarize("asked", block)], block)
    encoded = asked.encode("asked", block, learned | loaded(asked, folder))
    assert list(encoded) == ["asked_words", "asked_pieces"]
    assert list(encoded) == [f.name for f in asked.fields("asked", learned | loaded(asked, folder))]


def test_what_a_model_does_not_get_to_see_is_counted_by_rows(folder: Path) -> None:
    asked = column(folder)
    learned = loaded(asked, folder)
    rows = texts("green", "green", "red shoes", "red blue coat my card lost", None)
    told = asked.losses("asked", rows, learned)
    assert told == pytest.approx({"unknown": 2 / (1 + 1 + 3 + 4), "cut": 1 / 4})
    assert asked.losses("asked", texts(None), learned) == {}
    assert TextColumn.model_validate({"words": {}}).losses("asked", rows, {}) == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{}", "is no tokenizer that can be read"),
        (b"\xff\xfe", "is no tokenizer that can be read"),
        (b"[1, 2", "is no tokenizer that can be read"),
    ],
)
def test_a_file_that_is_no_tokenizer_is_refused(folder: Path, content: bytes, said: str) -> None:
    (folder / "tokenizer.json").write_bytes(content)
    with pytest.raises(StageFailure) as refused:
        loaded(column(folder), folder)
    assert refused.value.reason == "BadTokenizer"
    assert "prepare.columns[].text.pieces.uri" in refused.value.message
    assert said in refused.value.message
    assert "name the folder of an encoder" in refused.value.message


def test_a_folder_without_a_tokenizer_is_refused(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    with pytest.raises(StageFailure, match=r"tokenizer\.json.*text\.pieces\.uri") as refused:
        loaded(column(folder), folder)
    assert refused.value.reason == "InputNotFound"


def test_positions_have_to_hold_more_than_begins_and_ends_a_text() -> None:
    with pytest.raises(ValueError, match="greater than or equal to 4"):
        Column.model_validate({"name": "asked", "text": {"pieces": {"uri": "here", "length": 3}}})
