"""Rows from Parquet files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hone_trainer.patterns import Uri
from hone_trainer.sources.files import find, look, require_columns
from hone_trainer.sources.source import Digest, Piece, Rows, RowSource
from hone_trainer.task import StageFailure

if TYPE_CHECKING:
    from hone_trainer.columns import Column
    from hone_trainer.store import ArtifactStore

FIELD = "prepare.source.parquet.uri"
_ENDINGS = (".parquet", ".parq", ".pq")


class Parquet(RowSource):
    """Parquet files; only the columns that take part are read."""

    uri: Uri
    """A file, a folder of files that end in .parquet, or a pattern in which * stands for any part
    of a name: ``s3://bucket/clicks/2026-*/part-*.parquet``, also ``gs://``, ``az://`` or a path.
    Buckets are reached as the artifacts are."""

    def pieces(self, columns: tuple[Column, ...], store: ArtifactStore) -> tuple[Piece, ...]:
        """Look at the schema of each file and gather its row groups; see ``RowSource.pieces``."""
        from hone_trainer.sources.row_groups import gather, see

        files = find(self.uri, _ENDINGS, store, FIELD)
        wanted = [column.name for column in columns]
        seen = look(files, lambda file: see(file, columns, store, FIELD))
        found: list[Piece] = []
        for file, layout in zip(files, seen, strict=True):
            require_columns(wanted, layout.names, file.uri, files[0].uri)
            found += gather(file, layout)
        if not found:
            message = f"{self.uri} has no rows"
            raise StageFailure("NoRowsLeft", f"{message}: correct {FIELD}")
        return tuple(found)

    def read(
        self, piece: Piece, columns: tuple[Column, ...], store: ArtifactStore, digest: Digest
    ) -> Iterator[Rows]:
        """Read a piece; see ``RowSource.read``."""
        from hone_trainer.sources.row_groups import read

        for parsed in read(piece, columns, store, FIELD, digest):
            yield from parsed.rows(columns)

    def peek(self, store: ArtifactStore, rows: int) -> Any:
        """Give the first rows, without what holds lists or objects; see ``RowSource.peek``."""
        from hone_trainer.sources.row_groups import show_values

        return show_values(self.pieces((), store)[0], store, FIELD, rows)
