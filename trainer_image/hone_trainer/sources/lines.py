"""Text files in pieces: ranges of bytes that are read as whole rows, or a compressed stream.

A range holds the rows that end after its first row end and up to the first one at or after its
end; so every row is in one range, wherever the cuts are. What is compressed cannot be entered in
the middle and is one piece, read from its beginning with a bounded part of it in memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.sources import source
from hone_trainer.sources.cuts import last_row_end, marks, past_run, row_end, since
from hone_trainer.sources.files import File
from hone_trainer.sources.open_file import OpenFile, compression, damaged
from hone_trainer.sources.source import Digest, Piece

if TYPE_CHECKING:
    from hone_trainer.store.artifact_store import ArtifactStore

LONGEST_ROW = 16 << 20
"""Bytes in which a row has to end: a longer one is a quotation mark that nobody closed."""
_MARGIN = 256 << 10
"""Bytes beyond the end of a range that are read at once, where its last row most likely ends."""
_PEEK = 64 << 10


@dataclass(frozen=True)
class Slice:
    """Whole rows of a piece.

    Attributes:
        data: their bytes.
        torn: how a row after them begins that does not end within ``LONGEST_ROW``.
    """

    data: bytes
    torn: bytes = b""


def beginning(file: File, store: ArtifactStore, field: str, count: int) -> bytes:
    """Return the first bytes of a file's content, without its compression.

    Raises:
        StageFailure: UnreadableInput, or what the storage complains of.
    """
    opened = OpenFile(file, store, field, window=min(count, _PEEK * 4))
    try:
        data: bytes = opened.content().read(count)
    except OSError as error:
        raise damaged(opened, error) from None
    return data


def cut(file: File, body: int, facts: dict[str, Any]) -> list[Piece]:
    """Cut a file into pieces.

    Args:
        file: which one.
        body: where its rows begin, in bytes of its content.
        facts: what every piece remembers besides; ``ends``: what ends its rows, if no line feed.
    """
    facts = {**facts, "body": body, "bytes": file.size}
    if compression(file.uri):
        return [Piece(file.uri, 0, None, file.version, file.size, facts=facts)]
    step = source.PIECE_BYTES
    ranges = [(at, min(at + step, file.size)) for at in range(body, file.size, step)]
    return [
        Piece(file.uri, start, end, file.version, end - start, facts=facts) for start, end in ranges
    ]


def slices(
    piece: Piece, store: ArtifactStore, field: str, delimiter: bytes | None, digest: Digest
) -> Iterator[Slice]:
    """Return the rows of a piece, about ``PIECE_BYTES`` at a time.

    Args:
        piece: one of ``cut``.
        store: see ``RowSource.read``.
        field: the field of the job that the URI comes from.
        delimiter: what separates fields, where these can be quoted.
        digest: filled in before the last rows are given.

    Raises:
        StageFailure: a row is too long, a quotation mark is never closed, a stream is damaged
            (``UnreadableInput``), or what the storage complains of. A row that only looks so
            because ``piece.quoted`` may be wrong is ``Slice.torn`` instead.
    """
    opened = OpenFile.of(piece, store, field)
    if piece.end is None:
        return _stream(opened, piece, delimiter, digest)
    return _range(opened, piece, piece.end, delimiter, digest)


def misjudged(pieces: Sequence[Piece], digests: Sequence[Digest]) -> tuple[Piece, ...]:
    """Return the pieces that were read as if they began inside a quoted field and do not, or the
    other way round, where that makes other rows of them.

    Args:
        pieces: of several files, from the first on, in order.
        digests: what was found out about each.

    Raises:
        StageFailure: a file ends inside a quoted field (``UnreadableInput``).
    """
    wrong, quoted, uri = [], False, ""
    for piece, digest in zip(pieces, digests, strict=True):
        if piece.end is None:
            continue
        quoted = quoted and piece.uri == uri
        uri = piece.uri
        right = digest.quoted == quoted
        if not right and not digest.alike:
            wrong.append(replace(piece, quoted=quoted, facts={**piece.facts, "sure": True}))
        quoted ^= digest.quotes if right else digest.otherwise
        if quoted and piece.end == piece.facts["bytes"]:
            raise _open_end(uri)
    return tuple(wrong)


def _range(
    opened: OpenFile, piece: Piece, end: int, delimiter: bytes | None, digest: Digest
) -> Iterator[Slice]:
    first = piece.start == piece.facts["body"]
    sure = first or delimiter is None or bool(piece.facts.get("sure"))
    ends = _ends(piece)
    lead = 0 if first else 1
    size = end - piece.start
    begin = stop = -1
    for margin in (_MARGIN, LONGEST_ROW):
        data = opened.range(piece.start - lead, end + margin)
        whole = piece.start - lead + len(data) >= opened.file.size
        seen = marks(data, past_run(data, lead), delimiter)
        quoted = piece.quoted if sure else seen.guess(piece.quoted)
        changes = seen.changes(quoted)
        begin = lead if first else row_end(data, lead, changes, quoted, ends)
        stop = row_end(data, lead + size, changes, quoted, ends)
        if whole or (begin >= 0 and stop >= 0):
            break
    sha256 = hashlib.sha256(opened.range(0, piece.start) if first else b"")
    sha256.update(memoryview(data)[lead : lead + size])
    digest.sha256, digest.size = sha256.hexdigest(), size
    last = past_run(data, lead + size)
    other = seen.changes(not quoted)
    same = begin == (lead if first else row_end(data, lead, other, not quoted, ends))
    digest.quoted = quoted
    digest.alike = same and np.array_equal(since(changes, begin), since(other, begin))
    digest.quotes, digest.otherwise = (
        bool(np.searchsorted(each, last) % 2) for each in (changes, other)
    )
    torn = b""
    if whole:
        if sure and (len(changes) + quoted) % 2:
            raise _open_end(piece.uri)
        stop = len(data) if stop < 0 else stop
    elif begin < 0 or stop < 0:
        if sure:
            raise _too_long(piece.uri, delimiter)
        if begin >= 0:
            stop = begin + last_row_end(data[begin:], since(changes, begin) - begin, ends)
            torn = data[stop : stop + 200]
    if 0 <= begin < stop or torn:
        yield Slice(data[begin:stop], torn)


def _stream(
    opened: OpenFile, piece: Piece, delimiter: bytes | None, digest: Digest
) -> Iterator[Slice]:
    try:
        content = opened.content()
        left = piece.facts["body"]
        while left and (skipped := content.read(min(left, _PEEK))):
            left -= len(skipped)
        carry, ahead = b"", content.read(_PEEK)
        while ahead:
            data = carry + ahead + content.read(source.PIECE_BYTES)
            ahead = content.read(_PEEK)
            changes = marks(data, 0, delimiter).changes(False)
            stop = last_row_end(data, changes, _ends(piece)) if ahead else len(data)
            if not ahead and len(changes) % 2:
                raise _open_end(piece.uri)
            carry = data[stop:]
            if len(carry) > LONGEST_ROW:
                raise _too_long(piece.uri, delimiter)
            if not ahead:
                digest.sha256, digest.size = opened.sha256(), opened.file.size
            if stop:
                yield Slice(data[:stop])
        if not digest.sha256:
            digest.sha256, digest.size = opened.sha256(), opened.file.size
    except OSError as error:
        raise damaged(opened, error) from None


def _ends(piece: Piece) -> bytes:
    return str(piece.facts.get("ends", "\n")).encode()


def _open_end(uri: str) -> StageFailure:
    what = f"{uri} ends inside a quoted field"
    return StageFailure(
        "UnreadableInput", f"{what}: it is cut off, or a quotation mark is never closed"
    )


def _too_long(uri: str, delimiter: bytes | None) -> StageFailure:
    what = f"{uri} holds a row of more than {LONGEST_ROW >> 20} MiB"
    why = "write one object a line" if delimiter is None else "a quotation mark is never closed"
    return StageFailure("UnreadableInput", f"{what}: {why}, or it is no text at all")
