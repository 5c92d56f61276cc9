"""What a data set was made of: every file of the source, with what was read of it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hone_trainer.prepare.reading import ReadRows


def provenance(read: ReadRows) -> list[dict[str, Any]]:
    """Return each file's address, bytes, rows and digest: of what was read, or of its pieces'."""
    files: dict[str, list[int]] = {}
    for index, piece in enumerate(read.pieces):
        files.setdefault(piece.uri, []).append(index)
    return [
        {
            "uri": uri,
            "size": read.pieces[own[0]].facts.get("bytes", sum(read.digests[k].size for k in own)),
            "rows": sum(read.counts[k] for k in own),
            "sha256": _joint([read.digests[k].sha256 for k in own]),
        }
        for uri, own in files.items()
    ]


def _joint(digests: list[str]) -> str:
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("".join(digests).encode()).hexdigest()
