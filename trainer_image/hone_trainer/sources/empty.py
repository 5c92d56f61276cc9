"""Files without a row: those who write one part per task write them beside the others.

They are no fault. Nothing is asked of them, not even the columns; they are read as no rows, and
stand in the account like every other file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.sources.files import File
from hone_trainer.sources.open_file import OpenFile
from hone_trainer.sources.source import Digest, Piece

if TYPE_CHECKING:
    from hone_trainer.store.artifact_store import ArtifactStore

_SHOWN = 3


def nothing(file: File) -> Piece:
    """Make the piece of a file without a row."""
    return Piece(file.uri, 0, 0, file.version, facts={"bytes": file.size})


def holds_nothing(piece: Piece, store: ArtifactStore, field: str, digest: Digest) -> bool:
    """Say whether a piece is that of a file without a row; if so, fill its digest in."""
    if piece.end != 0:
        return False
    digest.sha256 = OpenFile.of(piece, store, field).sha256()
    digest.size = piece.facts["bytes"]
    return True


def require_rows(files: Sequence[File], full: Sequence[bool], uri: str, field: str) -> str:
    """Return the address of the first file that has rows.

    Args:
        files: at least one.
        full: whether each has any.
        uri: what was looked for.
        field: the field of the job that it comes from.

    Raises:
        StageFailure: none has (``NoRowsLeft``).
    """
    first = next((file.uri for file, has in zip(files, full, strict=True) if has), None)
    if first is not None:
        return first
    names = ", ".join(file.uri for file in files[:_SHOWN])
    more = f" and {len(files) - _SHOWN} more" if len(files) > _SHOWN else ""
    which = f", nor has any of its {len(files)} files: {names}{more}" if len(files) > 1 else ""
    raise StageFailure("NoRowsLeft", f"{uri} has no rows{which}; write some, or correct {field}")
