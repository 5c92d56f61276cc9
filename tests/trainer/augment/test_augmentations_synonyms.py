"""Rows beside rows, with texts in which words stand for words of the same meaning."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from hone_trainer.augment import thesaurus
from hone_trainer.augment.synonyms import Synonyms
from hone_trainer.augment.thesaurus import Thesaurus
from hone_trainer.contract.assignment import StageFailure, Store
from hone_trainer.store.artifact_store import open_store
from hone_trainer.store.side_inputs import SideInputs
from tests.trainer.titles import TITLES, listed, titled

GROUPS = (("shoes", "sneakers", "trainers"), ("red", "scarlet"), ("Läufer", "Jogger"))


def exchanged(texts: list[str], share: float = 1.0, seed: int = 1) -> list[str]:
    known = pickle.loads(pickle.dumps(Thesaurus.of(GROUPS)))
    found: list[str] = known.replace(
        pa.array(texts, pa.string()), share, np.random.default_rng(seed)
    ).to_pylist()
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("red", {"scarlet"}),
        ("RED", {"scarlet"}),
        ("shoes", {"sneakers", "trainers"}),
        ("Trainers", {"shoes", "sneakers"}),
        ("läufer", {"Jogger"}),
        ("a  scarlet hat", {"a red hat"}),
        ("redder  shoe,", {"redder  shoe,"}),
        ("", {""}),
        ("red Jogger", {"scarlet Läufer"}),
    ],
)
def test_a_word_becomes_another_of_its_group(text: str, expected: set[str]) -> None:
    assert set(exchanged([text] * 40)) == expected


def test_about_a_share_of_the_known_words_is_replaced() -> None:
    found = exchanged(["red hat red shoes"] * 2000, 0.25)
    words = [text.split() for text in found]
    assert {word[1] for word in words} == {"hat"}
    for place, old in ((0, "red"), (2, "red"), (3, "shoes")):
        assert np.mean([word[place] != old for word in words]) == pytest.approx(0.25, abs=0.04)


def test_words_of_a_group_are_drawn_alike() -> None:
    found = exchanged(["shoes"] * 2000)
    assert found.count("sneakers") / 2000 == pytest.approx(0.5, abs=0.05)


def test_words_are_exchanged_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thesaurus, "AT_ONCE", 3)
    assert exchanged(["red", "hat"] * 5) == ["scarlet", "hat"] * 5


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        ((("a", "b"), ("c", "d", "e")), ["a", "b", "c", "d", "e"]),
        ((("a", "b"), ("B", "c"), ("c", "d")), ["a", "b", "c", "d"]),
        ((("a", "A"), ("c",)), []),
        ((), []),
    ],
)
def test_a_word_is_in_its_first_group(groups: Any, words: list[str]) -> None:
    known = Thesaurus.of(groups)
    assert known.words.to_pylist() == words
    assert len(known.first) == len(known.sizes) == len(words)
    assert known.replace(pa.array(["x"]), 1.0, np.random.default_rng(0)).to_pylist() == ["x"]


def loaded(tmp_path: Path, content: bytes | None = None, **parameters: Any) -> tuple[Synonyms, Any]:
    if content is not None:
        (tmp_path / "words.csv").write_bytes(content)
        parameters["uri"] = str(tmp_path / "words.csv")
    step = Synonyms.model_validate({"column": "title", **parameters})
    return step, step.load(SideInputs(open_store(Store(uri=str(tmp_path)))), ())


def test_rows_with_other_words_stand_behind_their_row(tmp_path: Path) -> None:
    step, known = loaded(tmp_path, groups=GROUPS, share=1.0, copies=2)
    wide = step.widen(titled(), known, np.random.default_rng(0))
    assert wide.rows.tolist() == [0, 0, 0, 1, 1, 1, 2, 3, 4, 5]
    assert {title for row, title, _ in listed(wide) if row == 1} == {
        TITLES[1],
        "Größe 42 für Jogger",
    }


@pytest.mark.parametrize(
    "content",
    [
        b"red,scarlet\nshoes,sneakers,trainers\n",
        b'\xef\xbb\xbfred, scarlet ,\r\n\r\nlonely\r\n"shoes",sneakers,trainers',
    ],
)
def test_groups_may_come_from_a_file(tmp_path: Path, content: bytes) -> None:
    _, known = loaded(tmp_path, content)
    assert known.words.to_pylist() == ["red", "scarlet", "shoes", "sneakers", "trainers"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no line with two words"),
        (b"red\nshoes\n", "no line with two words"),
        (b"red,scarlet\nshoes,tr\xe4iner\n", "line 2 is not UTF-8"),
    ],
)
def test_a_file_without_groups_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(StageFailure, match=said) as failure:
        loaded(tmp_path, content)
    assert failure.value.reason == "UnreadableInput"


def test_a_file_that_is_not_there_or_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StageFailure) as failure:
        loaded(tmp_path, uri=str(tmp_path / "none.csv"))
    assert failure.value.reason == "InputNotFound"
    monkeypatch.setattr("hone_trainer.augment.synonyms.MOST_BYTES", 5)
    with pytest.raises(StageFailure, match="leave rare words out"):
        loaded(tmp_path, b"red,scarlet\n")


@pytest.mark.parametrize("words", [{}, {"groups": [["a", "b"]], "uri": "words.csv"}])
def test_groups_are_written_or_named_and_not_both(words: Any) -> None:
    with pytest.raises(ValueError, match="set groups or uri"):
        Synonyms.model_validate({"column": "title", **words})
