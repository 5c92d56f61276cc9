"""Sources that draw their rows from a model of which everything is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hone_trainer.sources.files import File
from hone_trainer.sources.source import Digest, Known, Piece, Rows, RowSource

if TYPE_CHECKING:
    from hone_trainer.columns import Column
    from hone_trainer.store.artifact_store import ArtifactStore


class MadeUpSource(RowSource):
    """Rows that follow from the parameters alone: how many there are, and how some are drawn."""

    @property
    def extent(self) -> tuple[int, int]:
        """How many units there are that are never cut (rows, users, searches), and rows of each."""
        raise NotImplementedError

    def draw(
        self, number: int, units: range, wanted: frozenset[str]
    ) -> tuple[dict[str, Any], Known]:
        """Draw the rows of a piece; the same parameters always give the same rows.

        Args:
            number: of the piece, from 0.
            units: those in it.
            wanted: names of columns; others need not be drawn.

        Returns:
            Column -> Arrow array, of all rows; and what is known of them, see ``Rows.known``.
        """
        raise NotImplementedError

    def files(self, store: ArtifactStore) -> tuple[File, ...]:  # noqa: ARG002
        """None: all follows from the parameters."""
        return ()

    def pieces(self, columns: tuple[Column, ...], store: ArtifactStore) -> tuple[Piece, ...]:  # noqa: ARG002
        """Divide the units; see ``RowSource.pieces``."""
        from hone_trainer.sources import drawing

        return drawing.pieces(self, *self.extent)

    def read(
        self,
        piece: Piece,
        columns: tuple[Column, ...],
        store: ArtifactStore,  # noqa: ARG002
        digest: Digest,  # noqa: ARG002
    ) -> Iterator[Rows]:
        """Draw the rows of a piece; see ``RowSource.read``."""
        from hone_trainer.sources import drawing

        units, size = self.extent
        mine = range(piece.start, piece.end or units)
        wanted = frozenset(column.name for column in columns)
        drawn, known = self.draw(drawing.number_of(piece, size), mine, wanted)
        yield drawing.rows_of(columns, drawn, known)
