"""Rows from CSV files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.patterns import DELIMITER_PATTERN, Uri
from hone_trainer.sources.files import File, find, look, require_columns
from hone_trainer.sources.source import Digest, Piece, Rows, RowSource

if TYPE_CHECKING:
    from hone_trainer.columns import Column
    from hone_trainer.sources.header import Head
    from hone_trainer.store.artifact_store import ArtifactStore

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

    def files(self, store: ArtifactStore) -> tuple[File, ...]:
        """Look which there are; see ``RowSource.files``."""
        return find(self.uri, _ENDINGS, store, FIELD)

    def pieces(self, columns: tuple[Column, ...], store: ArtifactStore) -> tuple[Piece, ...]:
        """Read the header of each file and cut it into ranges; see ``RowSource.pieces``."""
        from hone_trainer.sources.empty import nothing, require_rows
        from hone_trainer.sources.lines import cut

        files = self.files(store)
        heads = look(files, lambda file: self._head(file, store))
        first = require_rows(files, [head is not None for head in heads], self.uri, FIELD)
        wanted = [column.name for column in columns]
        found: list[Piece] = []
        for file, head in zip(files, heads, strict=True):
            if head is None:
                found.append(nothing(file))
                continue
            require_columns(wanted, head.names, file.uri, first)
            twice = next((name for name in wanted if head.names.count(name) > 1), None)
            if twice is not None:
                message = f"{file.uri}: line 1 names column {twice!r} more than once"
                raise StageFailure("UnreadableInput", message)
            found += cut(file, head.body, {"header": head.names, "ends": head.ends})
        return tuple(found)

    def read(
        self, piece: Piece, columns: tuple[Column, ...], store: ArtifactStore, digest: Digest
    ) -> Iterator[Rows]:
        """Read a piece; see ``RowSource.read``."""
        from hone_trainer.sources.delimited import parse
        from hone_trainer.sources.empty import holds_nothing
        from hone_trainer.sources.lines import slices

        if holds_nothing(piece, store, FIELD, digest):
            return
        first, header = 0, piece.facts["header"]
        for part in slices(piece, store, FIELD, self.delimiter.encode(), digest):
            parsed = parse(part, header, self.delimiter, columns, first, piece.uri)
            first += parsed.count
            yield from parsed.rows(columns)

    def peek(self, store: ArtifactStore, rows: int) -> Any:
        """Return the first rows as texts, null where a field is empty; see ``RowSource.peek``."""
        from hone_trainer.sources.delimited import show_texts
        from hone_trainer.sources.lines import slices

        piece = next(piece for piece in self.pieces((), store) if piece.end != 0)
        parts = slices(piece, store, FIELD, self.delimiter.encode(), Digest())
        data = next((part.data for part in parts), b"")
        return show_texts(data, piece.facts["header"], self.delimiter, piece.uri).slice(0, rows)

    def resume(self, pieces: tuple[Piece, ...], digests: tuple[Digest, ...]) -> tuple[Piece, ...]:
        """Return the pieces that began in a quoted field and did not know; see ``RowSource``."""
        from hone_trainer.sources.lines import misjudged

        return misjudged(pieces, digests)

    def _head(self, file: File, store: ArtifactStore) -> Head | None:
        """Read the header of a file; None where there is no row below it."""
        from hone_trainer.sources.header import read_header
        from hone_trainer.sources.lines import beginning
        from hone_trainer.sources.open_file import require_text

        start: bytes = b""
        for count in _LOOKS:
            start = beginning(file, store, FIELD, count)
            require_text(start, file.uri)
            if not start.removeprefix(b"\xef\xbb\xbf").strip():
                return None
            found = read_header(start, self.delimiter, file.uri)
            if found is None and len(start) < count:  # a line without an end is the last one
                found = read_header(start + b"\n", self.delimiter, file.uri)
            if found is not None:
                whole = len(start) < count and not start[found.body :].strip()
                return None if whole else found
            if len(start) < count:
                break
        message = f"{file.uri}: its header line has no end: a quotation mark is never closed"
        raise StageFailure("UnreadableInput", message)
