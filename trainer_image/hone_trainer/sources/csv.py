"""Rows from CSV files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hone_trainer.patterns import DELIMITER_PATTERN, Uri
from hone_trainer.sources.files import File, find, look, require_columns
from hone_trainer.sources.source import Digest, Piece, Rows, RowSource
from hone_trainer.task import StageFailure

if TYPE_CHECKING:
    from hone_trainer.columns import Column
    from hone_trainer.store import ArtifactStore

FIELD = "prepare.source.csv.uri"
_ENDINGS = (".csv", ".csv.gz", ".csv.zst", ".csv.bz2")
_LOOKS = (64 << 10, 1 << 20, 16 << 20)
"""Bytes in which the header line is sought, one after the other."""


class Csv(RowSource):
    """CSV files with a header line (RFC 4180)."""

    uri: Uri
    """A file, a folder of files that end in .csv, or a pattern in which * stands for any part of a
    name: ``s3://bucket/clicks/2026-*/part-*.csv.gz``, also ``gs://``, ``az://`` or a path. Names
    that end in .gz, .zst or .bz2 are compressed. Buckets are reached as the artifacts are."""
    delimiter: Annotated[str, Field(min_length=1, max_length=1, pattern=DELIMITER_PATTERN)] = ","
    """What separates fields: a comma, semicolon, bar, colon, caret, tilde, space or tab."""

    def pieces(self, columns: tuple[Column, ...], store: ArtifactStore) -> tuple[Piece, ...]:
        """Read the header of each file and cut it into ranges; see ``RowSource.pieces``."""
        from hone_trainer.sources.lines import cut

        files = find(self.uri, _ENDINGS, store, FIELD)
        headers = look(files, lambda file: self._header(file, store))
        wanted = [column.name for column in columns]
        found: list[Piece] = []
        for file, (header, body) in zip(files, headers, strict=True):
            require_columns(wanted, header, file.uri, files[0].uri)
            twice = next((name for name in wanted if header.count(name) > 1), None)
            if twice is not None:
                message = f"{file.uri}: line 1 names column {twice!r} more than once"
                raise StageFailure("UnreadableInput", message)
            found += cut(file, body, {"header": header})
        if not found:
            message = f"{self.uri} has no rows below its header line"
            raise StageFailure("NoRowsLeft", f"{message}: correct {FIELD}")
        return tuple(found)

    def read(
        self, piece: Piece, columns: tuple[Column, ...], store: ArtifactStore, digest: Digest
    ) -> Iterator[Rows]:
        """Read a piece; see ``RowSource.read``."""
        from hone_trainer.sources.delimited import parse
        from hone_trainer.sources.lines import slices

        first, header = 0, piece.facts["header"]
        for part in slices(piece, store, FIELD, self.delimiter.encode(), digest):
            parsed = parse(part, header, self.delimiter, columns, first, piece.uri)
            first += parsed.count
            yield from parsed.rows(columns)

    def peek(self, store: ArtifactStore, rows: int) -> Any:
        """Give the first rows as texts, null where a field is empty; see ``RowSource.peek``."""
        from hone_trainer.sources.delimited import show_texts
        from hone_trainer.sources.lines import slices

        piece = self.pieces((), store)[0]
        parts = slices(piece, store, FIELD, self.delimiter.encode(), Digest())
        data = next((part.data for part in parts), b"")
        return show_texts(data, piece.facts["header"], self.delimiter, piece.uri).slice(0, rows)

    def resume(self, pieces: tuple[Piece, ...], digests: tuple[Digest, ...]) -> tuple[Piece, ...]:
        """Give the pieces that began in a quoted field and did not know; see ``RowSource``."""
        from hone_trainer.sources.lines import misjudged

        return misjudged(pieces, digests)

    def _header(self, file: File, store: ArtifactStore) -> tuple[list[str], int]:
        from hone_trainer.sources.delimited import read_header
        from hone_trainer.sources.lines import beginning
        from hone_trainer.sources.open_file import require_text

        start: bytes = b""
        for count in _LOOKS:
            start = beginning(file, store, FIELD, count)
            require_text(start, file.uri)
            if not start.strip():
                break
            found = read_header(start, self.delimiter, file.uri)
            if found is None and len(start) < count:  # a line without an end is the last one
                found = read_header(start + b"\n", self.delimiter, file.uri)
            if found is not None:
                return found[0], min(found[1], len(start))
            if len(start) < count:
                break
        raise _no_header(file.uri, start)


def _no_header(uri: str, start: Any) -> StageFailure:
    if not start.strip():
        message = f"{uri} is empty: it takes a header line and rows below it"
    else:
        message = f"{uri}: its header line has no end: a quotation mark is never closed"
    return StageFailure("UnreadableInput", message)
