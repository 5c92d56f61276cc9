"""Rows from Parquet files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hone_trainer.contract.patterns import Uri
from hone_trainer.sources.files import File, find, look, require_columns
from hone_trainer.sources.source import Digest, Piece, Rows, RowSource

if TYPE_CHECKING:
    from hone_trainer.columns import Column
    from hone_trainer.store.artifact_store import ArtifactStore

FIELD = "prepare.source.parquet.uri"
_ENDINGS = (".parquet", ".parq", ".pq")


class Parquet(RowSource):
    """Parquet files; only the columns that take part are read."""

    uri: Uri
    """A file, a folder of files that end in .parquet, or a pattern in which * stands for any part
    of a name: ``s3://bucket/clicks/2026-*/part-*.parquet``, also ``gs://``, ``az://`` or a path.
    Buckets are reached as the artifacts are."""

    def files(self, store: ArtifactStore) -> tuple[File, ...]:
        """Look which there are; see ``RowSource.files``."""
        return find(self.uri, _ENDINGS, store, FIELD)

    def pieces(self, columns: tuple[Column, ...], store: ArtifactStore) -> tuple[Piece, ...]:
        """Look at the schema of each file and gather its row groups; see ``RowSource.pieces``."""
        from hone_trainer.sources.empty import nothing, require_rows
        from hone_trainer.sources.row_groups import gather, see

        files = self.files(store)
        wanted = [column.name for column in columns]
        seen = look(files, lambda file: see(file, columns, store, FIELD))
        first = require_rows(files, [layout is not None for layout in seen], self.uri, FIELD)
        found: list[Piece] = []
        for file, layout in zip(files, seen, strict=True):
            if layout is None:
                found.append(nothing(file))
                continue
            require_columns(wanted, layout.names, file.uri, first)
            found += gather(file, layout)
        return tuple(found)

    def read(
        self, piece: Piece, columns: tuple[Column, ...], store: ArtifactStore, digest: Digest
    ) -> Iterator[Rows]:
        """Read a piece; see ``RowSource.read``."""
        from hone_trainer.sources.empty import holds_nothing
        from hone_trainer.sources.row_groups import read

        if holds_nothing(piece, store, FIELD, digest):
            return
        for parsed in read(piece, columns, store, FIELD, digest):
            yield from parsed.rows(columns)

    def peek(self, store: ArtifactStore, rows: int) -> Any:
        """Return the first rows; see ``RowSource.peek``."""
        from hone_trainer.sources.row_groups import show_values

        piece = next(piece for piece in self.pieces((), store) if piece.end != 0)
        return show_values(piece, store, FIELD, rows)
