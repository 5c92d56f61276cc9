"""A file that is read in windows through the store, and the same bytes without their compression.

Arrow takes it for an ordinary file. Whatever its size, only a window of it is in memory.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.sources.files import File

if TYPE_CHECKING:
    from hone_trainer.sources.source import Piece
    from hone_trainer.store.artifact_store import ArtifactStore

COMPRESSIONS = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2"}
_WINDOW = 8 << 20
"""Bytes of one request: enough to make its wait small beside it."""
_SIGNS = {
    b"\x1f\x8b": "is compressed by gzip: let its name end in .gz",
    b"\x28\xb5\x2f\xfd": "is compressed by zstd: let its name end in .zst",
    b"BZh91AY&SY": "is compressed by bzip2: let its name end in .bz2",
    b"PK\x03\x04": "is a ZIP archive: unpack it, or compress it with gzip instead",
    b"\xfd7zXZ": "is compressed by xz: compress it with gzip or zstd instead",
    b"7z\xbc\xaf": "is a 7z archive: unpack it, or compress it with gzip instead",
    b"PAR1": "is a Parquet file: read it by prepare.source.parquet",
    b"\xff\xfe": "is UTF-16: save it as UTF-8",
    b"\xfe\xff": "is UTF-16: save it as UTF-8",
}
"""How files begin that are no text, and what to do about it."""


class OpenFile(io.RawIOBase):
    """A file at rest: ranges of it, or a reader with a place in it.

    Every way to read raises ``InputChanged`` where the file is not the one that was listed.
    """

    def __init__(self, file: File, store: ArtifactStore, field: str, window: int = _WINDOW) -> None:
        """Open nothing yet.

        Args:
            file: which one.
            store: the artifacts' store, whose endpoint and keys reach other places too.
            field: the field of the job that its URI comes from, for messages.
            window: bytes that ``read`` asks for at a time; 0 for just what it is asked for.
        """
        parent, slash, self._name = file.uri.rpartition("/")
        super().__init__()
        self.file = file
        self._store = store.at(parent or slash or ".", field)
        self._window, self._place, self._start, self._held = window, 0, 0, b""
        self._hash, self._hashed = hashlib.sha256(), 0
        self.hear: Callable[[int, bytes], None] | None = None
        """Is told of what ``range`` reads: where it begins, and the bytes."""

    @classmethod
    def of(cls, piece: Piece, store: ArtifactStore, field: str, window: int = _WINDOW) -> OpenFile:
        """Open the file of a piece, whose size is among its facts as ``bytes``."""
        file = File(piece.uri, piece.facts["bytes"], piece.version)
        return cls(file, store, field, window)

    def range(self, start: int, end: int) -> bytes:
        """Return the bytes from ``start`` to before ``end``; fewer at the end of the file."""
        end = min(end, self.file.size)
        if start >= end:
            return b""
        data = self._store.get_range(self._name, start, end, self.file.version)
        if self.hear is not None:
            self.hear(start, data)
        return data

    def content(self) -> Any:
        """Return a reader of its bytes without their compression, by Arrow."""
        import pyarrow as pa

        reader = pa.PythonFile(self, mode="r")
        how = compression(self.file.uri)
        return pa.CompressedInputStream(reader, cast(Any, how)) if how else reader

    def sha256(self) -> str:
        """Return the digest of the whole file, after it was read from its beginning to its end."""
        while self._hashed < self.file.size:
            self._fill(self._hashed)
        return self._hash.hexdigest()

    def read(self, count: int = -1, /) -> bytes:
        """Return the next bytes; none at the end."""
        left = max(0, self.file.size - self._place)
        count = left if count < 0 else min(count, left)
        if not self._window:
            data = self.range(self._place, self._place + count)
            self._place += len(data)
            return data
        parts = []
        while count > 0:
            at = self._place - self._start
            if not 0 <= at < len(self._held):
                self._fill(self._place)
                at = 0
            part = self._held[at : at + count]
            parts.append(part)
            self._place += len(part)
            count -= len(part)
        return b"".join(parts)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place."""
        self._place = offset + (0, self._place, self.file.size)[whence]
        return self._place

    def tell(self) -> int:
        """Say at which place it is."""
        return self._place

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def readable(self) -> bool:
        """Say yes."""
        return True

    def _fill(self, start: int) -> None:
        self._start, self._held = start, self.range(start, start + self._window)
        if not self._held:
            raise StageFailure("InputChanged", f"{self.file.uri} became shorter while it was read")
        if start == self._hashed:
            self._hash.update(self._held)
            self._hashed += len(self._held)


def compression(uri: str) -> str | None:
    """Say how a file is compressed, by its name; None where it is not."""
    return next((how for end, how in COMPRESSIONS.items() if uri.lower().endswith(end)), None)


def damaged(file: OpenFile, error: Exception) -> StageFailure:
    """Explain what the decompression complains of."""
    how = compression(file.file.uri)
    text = str(error)
    if "Truncated" in text:
        what = f"its {how} data end in the middle"
    else:
        what = f"it is no {how} file, or damaged ({text.splitlines()[0][:100]})"
    return StageFailure("UnreadableInput", f"{file.file.uri}: {what}: write it again")


def require_text(start: bytes, uri: str) -> None:
    """Raise ``UnreadableInput`` where a file cannot be text, by its first bytes."""
    for sign, what in _SIGNS.items():
        if start.startswith(sign):
            raise StageFailure("UnreadableInput", f"{uri} {what}")
