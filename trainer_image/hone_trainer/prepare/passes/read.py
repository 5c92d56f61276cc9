"""First pass: pieces of the source become blocks in the scratch, in the three forms of columns."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from hone_trainer.prepare.best_reachable import beside
from hone_trainer.prepare.pass_context import PassContext
from hone_trainer.prepare.work_progress import say
from hone_trainer.rows.block import Block
from hone_trainer.sources.source import BadRow, Digest, Piece, Rows

WORK = "read"
MOST_SHOWN = 1000
"""Bad rows of a piece of which the reasons are kept; all of them are counted."""


@dataclass(frozen=True)
class Read:
    """Read one piece; its blocks are ``read/<piece>-<k>`` and count rows from the piece's first."""

    context: PassContext
    pieces: tuple[Piece, ...]

    def __call__(self, index: int) -> dict[str, Any]:
        """Return what is known of the piece: its blocks, its rows, the bad ones, its digest."""
        piece, digest = self.pieces[index], Digest()
        source = self.context.stage.source.value
        blocks: list[int] = []
        bad: list[BadRow] = []
        broken = 0
        rows = 0
        for found in source.read(piece, self.context.given, self.context.store, digest):
            block = _block(found)
            if len(block):
                self.context.scratch.put(block_path(index, len(blocks)), block.pack())
                blocks.append(len(block))
            broken += len({row.row for row in found.bad})
            bad += found.bad[: MOST_SHOWN - len(bad)]
            last = max((r.row for r in found.bad), default=-1)
            rows = max(rows, last + 1, int(found.number[-1]) + 1 if len(found.number) else 0)
            say(index, min(1.0, digest.size / piece.size) if piece.size else 0.0, rows)
        facts = {
            "piece": asdict(piece),
            "blocks": blocks,
            "rows": rows,
            "broken": broken,
            "bad": [asdict(row) for row in bad],
            "digest": asdict(digest),
        }
        return self.context.scratch.note(WORK, index, facts)


def block_path(piece: int, number: int) -> str:
    """Say where a block of a piece is."""
    return f"{WORK}/{piece:06d}-{number:04d}"


def _block(found: Rows) -> Block:
    block = Block.of(beside(found.table, found.known))
    return Block(block.table, found.number, block.parts)
