"""Sources read as a stage reads them: all pieces, and again those that began in a quoted field."""

import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hone_trainer.columns import Column
from hone_trainer.contract.assignment import StageFailure, Store
from hone_trainer.sources import AnySource
from hone_trainer.sources.source import BadRow, Digest, Piece, Rows, RowSource
from hone_trainer.store.artifact_store import ArtifactStore, open_store
from tests.trainer.blocks import columns

COLUMNS = columns(user={"id": {}}, price={"number": {}}, bought={"label": {}})


@dataclass
class Found:
    """All that was read.

    Attributes:
        pieces: as they were read in the end.
        digests: one for each.
        each: the rows of each piece.
    """

    pieces: list[Piece]
    digests: list[Digest]
    each: list[list[Rows]]
    again: int = 0

    @property
    def table(self) -> dict[str, list[Any]]:
        """Column -> values, of all rows in order."""
        values: dict[str, list[Any]] = {}
        for rows in (rows for piece in self.each for rows in piece):
            for name in rows.table.column_names:
                values.setdefault(name, []).extend(rows.table.column(name).to_pylist())
        return values

    @property
    def bad(self) -> list[BadRow]:
        """Bad rows, with their numbers in the source."""
        return [
            replace(row, row=first + row.row) for first, rows in self._firsts() for row in rows.bad
        ]

    @property
    def numbers(self) -> list[int]:
        """The number of each good row in the source."""
        return [first + int(number) for first, rows in self._firsts() for number in rows.number]

    def _firsts(self) -> list[tuple[int, Rows]]:
        found, first = [], 0
        for piece in self.each:
            found += [(first, rows) for rows in piece]
            first += sum(len(rows.number) + len(rows.bad) for rows in piece)
        return found


def store_in(folder: Path) -> ArtifactStore:
    return open_store(Store(uri=str(folder / "artifacts")))


def write(path: Path, text: str | bytes) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def rows_of(text: str | bytes, tmp_path: Path, **parameters: Any) -> Found:
    """Read a CSV."""
    uri = write(tmp_path / "raw.csv", text)
    return read(source_of("csv", uri=uri, **parameters), store_in(tmp_path))


def source_of(kind: str, **parameters: Any) -> RowSource:
    source: RowSource = AnySource.model_validate({kind: parameters}).value
    return source


def source_at(folder: Path, kind: str, files: dict[str, bytes]) -> RowSource:
    """Write files, and give a source of the one or of their folder."""
    for name, data in files.items():
        write(folder / name, data)
    first = next(iter(files))
    return source_of(kind, uri=str(folder / (first if len(files) == 1 else "raw")))


def parquet(**columns: Any) -> bytes:
    """Return a file of two rows, with columns changed, added or (None) taken away."""
    file = io.BytesIO()
    kept = {"user": ["a", "b"], "price": [1.0, 2.0], "bought": [0, 1]} | columns
    pq.write_table(pa.table({k: v for k, v in kept.items() if v is not None}), file)
    return file.getvalue()


def read(source: RowSource, store: ArtifactStore, wanted: tuple[Column, ...] = COLUMNS) -> Found:
    pieces = source.pieces(wanted, store)
    digests = [Digest() for _ in pieces]
    each = [list(source.read(p, wanted, store, d)) for p, d in zip(pieces, digests, strict=True)]
    found = Found(list(pieces), digests, each)
    for piece in source.resume(pieces, tuple(digests)):
        at = next(k for k, p in enumerate(pieces) if (p.uri, p.start) == (piece.uri, piece.start))
        found.pieces[at], found.digests[at] = piece, Digest()
        found.each[at] = list(source.read(piece, wanted, store, found.digests[at]))
        found.again += 1
    return found


def refused(
    source: RowSource, store: ArtifactStore, wanted: tuple[Column, ...] = COLUMNS
) -> StageFailure:
    with pytest.raises(StageFailure) as caught:
        read(source, store, wanted)
    return caught.value
