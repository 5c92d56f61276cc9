"""What a data set was made of: another file has another digest, and each stands in the account."""

import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hone_trainer.sources import row_groups, source
from hone_trainer.sources.open_file import OpenFile
from hone_trainer.sources.spans import Spans
from tests.trainer.sourced import COLUMNS, read, source_of, store_in

COUNT = 20_000
HEADER = "user,price,bought\n"


def rows(count: int = COUNT, **changed: Any) -> Any:
    numbers = np.arange(count)
    users = pa.array([f"user-{n % 300}" for n in numbers])
    return pa.table({"user": users, "price": numbers / 8, "bought": numbers % 2} | changed)


def digests(folder: Path, table: Any) -> list[str]:
    path = folder / "raw.parquet"
    pq.write_table(table, path, row_group_size=3_000, use_dictionary=["user"])
    found = read(source_of("parquet", uri=str(path)), store_in(folder))
    return [digest.sha256 for digest in found.digests]


@pytest.mark.parametrize("size", [20_000, 1 << 25])
def test_another_file_has_another_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(source, "PIECE_BYTES", size)
    prices = np.arange(COUNT) / 8
    swapped = prices.copy()
    swapped[[5, 6]] = swapped[[6, 5]]
    first, again, other = (
        digests(tmp_path, rows(price=each)) for each in (prices, prices, swapped)
    )
    assert first == again
    assert len(set(first)) == len(first)
    assert first[0] != other[0]


def test_a_digest_needs_no_byte_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is taken in passing, and of what is read only."""
    waste = np.random.default_rng(0).integers(1 << 62, size=COUNT)
    pq.write_table(rows(waste=waste), tmp_path / "raw.parquet", row_group_size=3_000)
    monkeypatch.setattr(row_groups, "_BUFFER", 1 << 12)
    store, parquet = store_in(tmp_path), source_of("parquet", uri=str(tmp_path / "raw.parquet"))
    (piece,) = parquet.pieces(COLUMNS, store)
    read_: list[int] = []
    plain_range = OpenFile.range

    def counted(self: OpenFile, start: int, end: int) -> bytes:
        data = plain_range(self, start, end)
        read_.append(len(data))
        return data

    monkeypatch.setattr(OpenFile, "range", counted)
    digest = source.Digest()
    list(parquet.read(piece, COLUMNS, store, digest))
    assert len(digest.sha256) == 64
    footer = 64 << 10  # Arrow reads so much to find it
    assert sum(read_) < piece.size + footer + 10_000 < piece.facts["bytes"]


@pytest.mark.parametrize("order", [[0, 4, 8, 12], [12, 8, 4, 0], [8, 8, 0], []])
def test_a_digest_does_not_depend_on_who_reads_what(order: list[int]) -> None:
    data = bytes(range(16))
    spans = Spans([(10, 14), (2, 7)])
    for start in order:
        spans.hear(start, data[start : start + 4])
    parts = (hashlib.sha256(part).digest() for part in (data[2:7], data[10:14]))
    expected = hashlib.sha256(b"".join(parts)).hexdigest()
    assert spans.sha256(lambda start, end: data[start:end]) == expected


def prepared(run_stage: Any, kind: str, uri: Path, **words: Any) -> Any:
    columns = [
        {"name": "user", "id": {}},
        {"name": "price", "number": {}},
    ]
    tasks = [{"binary": {"label": "bought"}}]
    stage = {"source": {kind: {"uri": str(uri)}}, "tasks": tasks, "columns": columns}
    run = {"prepare": stage | words}
    return run_stage.manifest(run_stage("data", run)).facts


def test_every_file_stands_in_the_account_with_its_size_and_rows(
    run_stage: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "raw"
    folder.mkdir()
    text = HEADER + "".join(f"u{n % 7},{n},{n % 2}\n" for n in range(100))
    for name, data in {"1.csv": text, "2.csv": "", "3.csv": HEADER}.items():
        (folder / name).write_text(data)
    facts = prepared(run_stage, "csv", folder)
    assert [(file["size"], file["rows"]) for file in facts["source"]] == [
        (len(text), 100),
        (0, 0),
        (len(HEADER), 0),
    ]
    assert facts["source"][0]["sha256"] == hashlib.sha256(text.encode()).hexdigest()


def test_a_parquet_file_has_its_own_size_and_ids_of_floats_are_named(
    run_stage: Any, tmp_path: Path
) -> None:
    file = io.BytesIO()
    pq.write_table(rows(200, user=np.arange(200.0) % 9, waste=np.arange(200)), file)
    (tmp_path / "raw.parquet").write_bytes(file.getvalue())
    facts = prepared(run_stage, "parquet", tmp_path / "raw.parquet")
    assert (facts["source"][0]["size"], facts["source"][0]["rows"]) == (len(file.getvalue()), 200)
    assert facts["floats"] == ["user"]
