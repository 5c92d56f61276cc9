"""Rows from files of JSON Lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hone_trainer.contract.patterns import Uri
from hone_trainer.sources.files import File, find, look, require_columns
from hone_trainer.sources.source import Digest, Piece, Rows, RowSource

if TYPE_CHECKING:
    from hone_trainer.columns import Column
    from hone_trainer.sources.objects import Seen
    from hone_trainer.store.artifact_store import ArtifactStore

FIELD = "prepare.source.jsonLines.uri"
_ENDINGS = tuple(
    f"{name}{how}" for name in (".jsonl", ".ndjson") for how in ("", ".gz", ".zst", ".bz2")
)
_LOOKS = (256 << 10, 16 << 20)
"""Bytes in which keys and their types are sought, the second where the first has no whole line."""


class JsonLines(RowSource):
    """Files of JSON objects, one a line; what stands under a key is a single value.

    A key may be missing in a row, but not in all of the first 256 KiB of a file.
    """

    uri: Uri
    """A file, a folder of files that end in .jsonl or .ndjson, or a pattern in which * stands for
    any part of a name: ``s3://bucket/clicks/2026-*.jsonl.gz``, also ``gs://``, ``az://`` or a path.
    Names that end in .gz, .zst or .bz2 are compressed. Buckets are reached as the artifacts are."""

    def files(self, store: ArtifactStore) -> tuple[File, ...]:
        """Look which there are; see ``RowSource.files``."""
        return find(self.uri, _ENDINGS, store, FIELD)

    def pieces(self, columns: tuple[Column, ...], store: ArtifactStore) -> tuple[Piece, ...]:
        """Look at the first rows of each file and cut it; see ``RowSource.pieces``."""
        from hone_trainer.sources.empty import nothing, require_rows
        from hone_trainer.sources.lines import cut

        files = self.files(store)
        looks = look(files, lambda file: self._look(file, columns, store))
        first = require_rows(files, [seen is not None for seen in looks], self.uri, FIELD)
        found: list[Piece] = []
        for file, seen in zip(files, looks, strict=True):
            if seen is None:
                found.append(nothing(file))
                continue
            require_columns([c.name for c in columns], seen.keys, file.uri, first)
            found += cut(file, seen.body, {"types": seen.types, "floats": seen.floats})
        return tuple(found)

    def read(
        self, piece: Piece, columns: tuple[Column, ...], store: ArtifactStore, digest: Digest
    ) -> Iterator[Rows]:
        """Read a piece; see ``RowSource.read``."""
        from hone_trainer.sources.empty import holds_nothing
        from hone_trainer.sources.lines import slices
        from hone_trainer.sources.objects import parse

        if holds_nothing(piece, store, FIELD, digest):
            return
        first = 0
        for part in slices(piece, store, FIELD, None, digest):
            parsed = parse(part.data, piece.facts["types"], columns, first)
            first += parsed.count
            yield from parsed.rows(columns)

    def peek(self, store: ArtifactStore, rows: int) -> Any:
        """Return the first rows; see ``RowSource.peek``."""
        from hone_trainer.sources.lines import slices
        from hone_trainer.sources.objects import show_values

        piece = next(piece for piece in self.pieces((), store) if piece.end != 0)
        data = next((part.data for part in slices(piece, store, FIELD, None, Digest())), b"")
        return show_values(data, rows)

    def _look(self, file: File, columns: tuple[Column, ...], store: ArtifactStore) -> Seen | None:
        """Look at the first rows of a file; None where it has none."""
        from hone_trainer.sources.lines import beginning
        from hone_trainer.sources.objects import see
        from hone_trainer.sources.open_file import require_text

        for count in _LOOKS:
            start = beginning(file, store, FIELD, count)
            require_text(start, file.uri)
            if not start.removeprefix(b"\xef\xbb\xbf").strip():
                return None
            if len(start) < count or b"\n" in start.strip():
                break
        return see(start, len(start) < count, columns, file.uri)
