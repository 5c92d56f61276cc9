"""The row groups of Parquet files: gathered into pieces, and read some rows at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.sources import source
from hone_trainer.sources.files import File
from hone_trainer.sources.forms import Parsed, reading
from hone_trainer.sources.open_file import OpenFile
from hone_trainer.sources.source import Digest, Piece
from hone_trainer.sources.spans import Spans
from hone_trainer.sources.values import fits, fits_any

if TYPE_CHECKING:
    from hone_trainer.columns import Column
    from hone_trainer.store.artifact_store import ArtifactStore

_BUFFER = 4 << 20
"""Bytes of a column that are read at a time: without it, all of its row group are."""
_LEAST_ROWS = 4096
_TAIL = 8
"""Bytes behind the footer: its length, and ``PAR1``."""


@dataclass(frozen=True)
class Layout:
    """What the footer of a file says.

    Attributes:
        names: its columns.
        words: the wanted ones that are text.
        floats: those that are wanted as text and hold floating numbers.
        groups: for each row group its rows, and the bytes of its wanted columns before
            compression and in the file.
    """

    names: Sequence[str]
    words: Sequence[str]
    floats: Sequence[str]
    groups: Sequence[tuple[int, int, int]]


def see(file: File, columns: Sequence[Column], store: ArtifactStore, field: str) -> Layout | None:
    """Read the footer of a file; None where it has no rows, or is empty.

    Raises:
        StageFailure: the file is damaged or no Parquet file, or a wanted column has a type that
            cannot become what it is wanted for (``UnreadableInput``).
    """
    if not file.size:
        return None
    opened = OpenFile(file, store, field, window=0)
    reader = _open(opened, ())
    schema, meta = reader.schema_arrow, reader.metadata
    if not meta.num_rows:
        return None
    for column in columns:
        if schema.names.count(column.name) > 1:
            message = f"{file.uri} has several columns {column.name!r}"
            raise StageFailure("UnreadableInput", f"{message}: rename all but one")
        at = schema.get_field_index(column.name)
        if at >= 0 and not fits(schema.field(at).type, reading(column)):
            raise _unfit(file.uri, column, schema.field(at).type)
    wanted = {column.name for column in columns}
    groups = []
    for index in range(meta.num_row_groups):
        group, chunks = meta.row_group(index), _chunks(meta, index, wanted)
        loose = sum(chunk.total_uncompressed_size for chunk in chunks)
        groups.append((group.num_rows, loose, sum(c.total_compressed_size for c in chunks)))
    words = [each.name for each in schema if each.name in wanted and _is_text(each.type)]
    named = {column.name for column in columns if reading(column) == "text"}
    floats = [
        each.name for each in schema if each.name in named and pa.types.is_floating(each.type)
    ]
    return Layout(schema.names, words, floats, groups)


def gather(file: File, layout: Layout) -> list[Piece]:
    """Make pieces of neighbouring row groups, about ``PIECE_BYTES`` before compression each."""
    pieces: list[Piece] = []
    start = rows = loose = size = 0
    for index, (more_rows, more_loose, more_size) in enumerate(layout.groups):
        rows, loose, size = rows + more_rows, loose + more_loose, size + more_size
        last = index + 1 == len(layout.groups)
        if last or loose >= source.PIECE_BYTES or rows >= source.BLOCK_ROWS:
            facts = {"bytes": file.size, "rows": rows, "loose": loose, "words": [*layout.words]}
            facts["floats"] = [*layout.floats]
            if rows:
                pieces.append(Piece(file.uri, start, index + 1, file.version, size, facts=facts))
            start, rows, loose, size = index + 1, 0, 0, 0
    return pieces


def read(
    piece: Piece, columns: Sequence[Column], store: ArtifactStore, field: str, digest: Digest
) -> Iterator[Parsed]:
    """Read the wanted columns of a piece, some rows at a time.

    Raises:
        StageFailure: the file is damaged (``UnreadableInput``).
    """
    opened = OpenFile.of(piece, store, field, window=0)
    digest.size = piece.size
    names = [column.name for column in columns]
    each = max(1, piece.facts["loose"] // piece.facts["rows"])
    most = min(source.BLOCK_ROWS, max(_LEAST_ROWS, source.PIECE_BYTES // each))
    first = 0
    try:
        reader = _open(opened, piece.facts["words"])
        spans = Spans(_ranges(reader.metadata, piece, set(names)))
        opened.hear = spans.hear
        batches = reader.iter_batches(
            batch_size=most,
            row_groups=list(range(piece.start, piece.end or 0)),
            columns=names,
            use_threads=False,
        )
        for table in _gathered(batches, most):
            yield Parsed.of({name: table.column(name) for name in names}, first)
            first += table.num_rows
        digest.sha256 = spans.sha256(opened.range)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(opened, error) from None


def _ranges(meta: Any, piece: Piece, names: set[str]) -> Iterator[tuple[int, int]]:
    """Return where the wanted columns of a piece lie in its file, and the footer."""
    for index in range(piece.start, piece.end or 0):
        for chunk in _chunks(meta, index, names):
            start = min(at for at in (chunk.dictionary_page_offset, chunk.data_page_offset) if at)
            yield start, start + chunk.total_compressed_size
    size = piece.facts["bytes"]
    yield size - _TAIL - meta.serialized_size, size


def _chunks(meta: Any, index: int, names: set[str]) -> list[Any]:
    group = meta.row_group(index)
    chunks = [group.column(at) for at in range(group.num_columns)]
    return [chunk for chunk in chunks if chunk.path_in_schema in names]


def _gathered(batches: Iterable[Any], most: int) -> Iterator[Any]:
    """Join the batches of small row groups, each of which ends one, to tables of ``most`` rows."""
    held: list[Any] = []
    for batch in batches:
        if held and sum(each.num_rows for each in held) + batch.num_rows > most:
            yield pa.Table.from_batches(held)
            held = []
        held.append(batch)
    if held:
        yield pa.Table.from_batches(held)


def show_values(piece: Piece, store: ArtifactStore, field: str, rows: int) -> Any:
    """Return first rows of a piece as a table; of what fits no form at all, nulls of its type."""
    opened = OpenFile.of(piece, store, field, window=0)
    reader = _open(opened, ())
    schema = reader.schema_arrow
    names = [each.name for each in schema if fits_any(each.type)]
    groups = list(range(piece.start, piece.end or 0))
    try:
        batch = next(reader.iter_batches(rows, groups, names))
    except (pa.ArrowException, OSError) as error:
        raise _damaged(opened, error) from None
    values = iter(batch.columns)
    arrays = [
        next(values) if fits_any(each.type) else pa.nulls(batch.num_rows, each.type)
        for each in schema
    ]
    return pa.Table.from_arrays(arrays, names=schema.names)


def _open(opened: OpenFile, words: Sequence[str]) -> Any:
    """Open a file; ``words`` are columns that stay as codes into their distinct words."""
    try:
        file = pa.PythonFile(opened, mode="r")
        return pq.ParquetFile(file, read_dictionary=list(words), buffer_size=_BUFFER)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(opened, error) from None


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_binary(kind))


def _damaged(opened: OpenFile, error: Exception) -> StageFailure:
    uri, text = opened.file.uri, str(error)
    if opened.range(0, 4) == b"PAR1" and "magic bytes" in text:
        what = "is a Parquet file without its end: it is cut off; write it again"
    elif opened.range(0, 4) != b"PAR1":
        what = "is no Parquet file: correct prepare.source.parquet.uri"
    else:
        what = f"is damaged ({text.splitlines()[0][:200]}): write it again"
    return StageFailure("UnreadableInput", f"{uri} {what}")


def _unfit(uri: str, column: Column, kind: Any) -> StageFailure:
    message = f"{uri}: column {column.name!r} is {str(kind)[:100]}"
    what = f"from which no {column.kind} can be read"
    remedy = "write it as another type, or correct prepare.columns"
    return StageFailure("UnreadableInput", f"{message}, {what}: {remedy}")
