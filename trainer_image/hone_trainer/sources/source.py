"""What every source of raw rows gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.spec import Spec
from hone_trainer.sources.files import File, require_columns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Form
    from hone_trainer.store.artifact_store import ArtifactStore

PIECE_BYTES = 16 << 20
"""Bytes of a source that are read at a time: with what they become in memory, several times less
than the smallest pod has. The output does not depend on how many pods there are, only on this."""
KINDS: dict[Form, str] = {"text": "id, key or text", "number": "number", "time": "time"}
"""What people call the columns of each form."""
BLOCK_ROWS = 1 << 20
"""Most rows of a block, for sources of very short rows."""


@dataclass(frozen=True)
class Piece:
    """A slice of a source that can be read on its own, in any pod; JSON and pickle both take it.

    Attributes:
        uri: where it lies, without secrets; shown in messages.
        start: first byte, row or row group, as the source counts.
        end: one past the last; None for all there is.
        version: what changes whenever the content does (an ETag, a time of change and a size).
        size: bytes, for progress; 0 where nobody knows.
        quoted: whether ``start`` is inside a quoted field of a CSV.
        facts: whatever else the source wants to remember; JSON values.
    """

    uri: str
    start: int = 0
    end: int | None = None
    version: str = ""
    size: int = 0
    quoted: bool = False
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class BadRow:
    """A row, or a value of it, that could not be understood."""

    row: int
    """Its number in the piece, from 0, counting bad rows too."""
    column: str
    """Its column; empty where the whole row is broken."""
    text: str
    """What stands there, at most 200 characters."""
    reason: str
    """BadNumber, BadLabel, BadTime, BrokenRow …"""
    wanted: str
    """What should stand there, and what to do: ``a finite number: write it as 1234.5``."""


Known: TypeAlias = "Mapping[str, Mapping[str, NDArray[np.float64]]]"
"""Label -> figure -> values of rows; see ``Rows``."""


@dataclass(frozen=True)
class Rows:
    """Some rows of a piece, in order.

    Attributes:
        table: the wanted columns in the forms of ``preparation.block``; bad rows are left out.
        number: (n,) the number of each row in the piece, from 0.
        bad: rows that are left out.
        known: label -> figure -> (n,), of a source that made the rows up: what each row adds to
            that figure of a model that knows the truth behind them. The figure follows from the
            mean, as from that of its own parts: for ``rmse`` squared errors. NaN: nothing.
    """

    table: Any
    number: NDArray[np.int64]
    bad: tuple[BadRow, ...] = ()
    known: Known = field(default_factory=dict)


@dataclass
class Digest:
    """What a source found out about a piece while it read it, besides the rows.

    Attributes:
        sha256: hex digest of the piece's bytes; empty where it has none.
        quoted: whether it was read as if it began inside a quoted field (CSV).
        quotes: whether it then ends inside one and does not begin so, or the other way round.
        otherwise: the same, had it been read the other way.
        alike: whether its rows are the same both ways.
        size: bytes that were read.
    """

    sha256: str = ""
    quoted: bool = False
    quotes: bool = False
    otherwise: bool = False
    alike: bool = True
    size: int = 0


class RowSource(Spec):
    """Where raw rows come from: its parameters, ``pieces`` and ``read``."""

    offers: ClassVar[Mapping[str, Form]] = {}
    """Column -> form, of a source that has the same ones always; otherwise only rows tell."""

    @property
    def called(self) -> str:
        """What people write for it."""
        name = type(self).__name__
        return f"{name[0].lower()}{name[1:]}"

    def check(self, columns: tuple[Column, ...]) -> None:
        """Refuse columns that the source never has, before anything is read.

        Raises:
            StageFailure: ColumnNotFound, WrongColumnKind.
        """
        if not self.offers:
            return
        name, names = self.called, [column.name for column in columns]
        require_columns(names, list(self.offers), name, name)
        for column in columns:
            if column.value.form != self.offers[column.name]:
                wanted = KINDS[self.offers[column.name]]
                message = f"{column.name!r} of {name} is no {column.kind}: it wants the kind"
                raise StageFailure("WrongColumnKind", f"prepare.columns: {message} {wanted}")

    def secrets(self) -> dict[str, tuple[str, str]]:
        """Say which variables of the pods come from Secrets: see ``Stage.secrets``."""
        return {}

    def files(self, store: ArtifactStore) -> Sequence[File] | None:  # noqa: ARG002
        """Return all files that it reads, as they are now; None where it reads something else.

        Args:
            store: see ``pieces``.

        Raises:
            StageFailure: InputNotFound, UnsupportedUri, or what the storage complains of.
        """
        return None

    def pieces(self, columns: tuple[Column, ...], store: ArtifactStore) -> tuple[Piece, ...]:
        """Look at what is there and cut it into pieces, in the order of the rows.

        How it is cut depends on the source alone, never on how many pods there are.

        Args:
            columns: what is wanted.
            store: the artifacts' store, whose endpoint and keys reach other places too.

        Raises:
            StageFailure: InputNotFound, UnreadableInput, ColumnNotFound, …
        """
        raise NotImplementedError

    def read(
        self, piece: Piece, columns: tuple[Column, ...], store: ArtifactStore, digest: Digest
    ) -> Iterator[Rows]:
        """Read the columns that take part, some rows at a time, each time about ``PIECE_BYTES``.

        Args:
            piece: one of ``pieces``.
            columns: what is wanted; ``column.value.form`` is the form.
            store: see ``pieces``.
            digest: filled in by the time the last rows are given.

        Raises:
            StageFailure: InputNotFound, UnreadableInput, ColumnNotFound.
        """
        raise NotImplementedError

    def peek(self, store: ArtifactStore, rows: int) -> Any:  # noqa: ARG002
        """Return the first rows, with all columns there are, as an Arrow table of raw values.

        Values have the types of the source: texts where it has none. What no kind of column can
        read need not be read: nulls of its type stand for it.

        Args:
            store: see ``pieces``.
            rows: how many at most.

        Raises:
            StageFailure: this source does not tell (``NothingToInfer``), or what ``pieces`` raises.
        """
        message = "the columns of this source are not worked out from its rows"
        raise StageFailure("NothingToInfer", f"{message}: name them in prepare.columns")

    def resume(self, pieces: tuple[Piece, ...], digests: tuple[Digest, ...]) -> tuple[Piece, ...]:  # noqa: ARG002
        """Return the pieces that have to be read again, now that all of them were read once.

        A CSV is cut without knowing whether a cut falls into a quoted field; its digests tell.
        """
        return ()
