"""CSV files give the same rows wherever they are cut, also inside quoted fields."""

import csv
import gzip
import hashlib
import io
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone_trainer.sources import lines, source
from hone_trainer.store.artifact_store import ArtifactStore
from tests.trainer.blocks import columns
from tests.trainer.sourced import (
    Found,
    read,
    refused,
    rows_of,
    source_of,
    store_in,
    write,
)

pytestmark = pytest.mark.slow

HEADER = "user,price,bought\n"
TEXTS = columns(a={"id": {}}, b={"id": {}})


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return store_in(tmp_path)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for many small examples."""
    return tmp_path_factory.mktemp("examples")


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Cut files into pieces of so many bytes."""
    return lambda size: monkeypatch.setattr(source, "PIECE_BYTES", size)


def read_cut(data: bytes, folder: Path, size: int, wanted: Any = TEXTS) -> Found:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "PIECE_BYTES", size)
        return read(source_of("csv", uri=write(folder / "cut.csv", data)), store_in(folder), wanted)


FIELDS = st.text(alphabet='a",\n\r éß;', max_size=6)


@settings(max_examples=150, deadline=None)
@given(
    fields=st.lists(st.tuples(FIELDS, FIELDS), max_size=12),
    size=st.integers(1, 60),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_rows_are_the_same_wherever_a_file_is_cut(
    folder: Path, fields: list[tuple[str, str]], size: int, quoting: Any
) -> None:
    """Whatever Python writes, with line breaks, commas and quotation marks inside fields."""
    text = io.StringIO()
    csv.writer(text, quoting=quoting).writerows([("a", "b"), *fields, ("end", "")])
    found = read_cut(text.getvalue().encode(), folder, size)
    assert not found.bad
    expected = [(one.strip() or None, two.strip() or None) for one, two in [*fields, ("end", "")]]
    assert list(zip(found.table["a"], found.table["b"], strict=True)) == expected
    assert found.numbers == list(range(len(expected)))


BARE = st.builds(str.__add__, st.sampled_from("xy"), st.text(alphabet='a"', max_size=4))
QUOTED = st.builds(
    lambda text: '"' + text.replace('"', '""') + '"', st.text(alphabet='a",\n', max_size=5)
)


@settings(max_examples=150, deadline=None)
@given(
    fields=st.lists(st.tuples(BARE | QUOTED, BARE | QUOTED), max_size=12),
    size=st.integers(1, 40),
)
def test_quotation_marks_in_the_middle_of_bare_fields_open_nothing(
    folder: Path, fields: list[tuple[str, str]], size: int
) -> None:
    """As in ``5" wide``: what RFC 4180 forbids and many programs write."""
    data = "".join(f"{one},{two}\n" for one, two in [("a", "b"), *fields, ("end", "x")]).encode()
    whole, found = read_cut(data, folder, 1 << 20), read_cut(data, folder, size)
    assert found.table == whole.table
    assert found.bad == whole.bad
    assert len(whole.pieces) == 1
    assert whole.table["a"][-1] == "end"


def test_digests_are_those_of_the_bytes_of_each_piece(tmp_path: Path, cut: Any) -> None:
    cut(47)
    text = HEADER + "".join(f'",\n",{n},1\n' for n in range(40))  # it could begin anywhere
    found = rows_of(text, tmp_path)
    assert len(found.pieces) > 5
    assert found.again > 0
    for piece, digest in zip(found.pieces, found.digests, strict=True):
        start = piece.start if piece.start > len(HEADER) else 0  # the header belongs to the first
        part = text.encode()[start : piece.end]
        assert (digest.sha256, digest.size) == (
            hashlib.sha256(part).hexdigest(),
            piece.size,
        )
    joined = [(piece.start, piece.end) for piece in found.pieces]
    assert joined[0][0] == len(HEADER)
    assert joined[-1][1] == len(text)
    assert all(one[1] == two[0] for one, two in itertools.pairwise(joined))
    assert found.table["user"] == [","] * 40
    assert found.table["price"] == list(range(40))


def test_pieces_are_seldom_read_twice(tmp_path: Path, cut: Any) -> None:
    """Where no program would write a quotation mark, none is: that tells where a cut is."""
    cut(50)
    text = HEADER + "".join(f'"once\nupon, a ""time""\n{n}",{n},1\n' for n in range(99))
    found = rows_of(text, tmp_path)
    assert found.table["price"] == list(range(99))
    assert len(found.pieces) > 50
    assert found.again < 5
    assert any(digest.quoted for digest in found.digests)


def test_a_word_in_the_wrong_column_of_a_broken_cut_is_no_bad_row(tmp_path: Path, cut: Any) -> None:
    """Texts with commas and line breaks, where each cut falls into a field: nothing is refused."""
    cut(64)
    story = "once, upon\na, time\n" * 10
    found = rows_of(HEADER + "".join(f'"{n}{story}",{n},1\n' for n in range(20)), tmp_path)
    assert not found.bad
    assert found.table["price"] == list(range(20))
    assert found.again > 10


def test_a_row_without_end_is_refused(
    tmp_path: Path, store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "LONGEST_ROW", 2000)
    monkeypatch.setattr(lines, "_MARGIN", 100)
    monkeypatch.setattr(lines, "_PEEK", 100)
    text = HEADER + "a,1,0\n" * 100 + '"b' + "c,2,1\n" * 10_000 + '",1,0\n' + "a,1,0\n"
    for size, name, data in (
        (1 << 20, "raw.csv", (text + '"').encode()),
        (2000, "raw.csv", (text + '"').encode()),
        (2000, "raw.csv", text.encode()),
        (2000, "raw.csv.gz", gzip.compress(text.encode())),
    ):
        monkeypatch.setattr(source, "PIECE_BYTES", size)
        failure = refused(source_of("csv", uri=write(tmp_path / name, data)), store)
        assert failure.reason == "UnreadableInput"
        assert "a quotation mark is never closed" in failure.message
