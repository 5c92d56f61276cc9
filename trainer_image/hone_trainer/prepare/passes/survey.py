"""Second pass: rows get their part, some of them are drawn, and what is missing is counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hone_trainer.prepare.pass_context import SAMPLE_ROWS, PassContext
from hone_trainer.prepare.passes.read import block_path
from hone_trainer.rows.block import Block
from hone_trainer.rows.field import PARTS
from hone_trainer.rows.row_hash import sampled
from hone_trainer.splits.splitting import Ask, Places

OBSERVE, WORK = "observe", "survey"
DRAW = 0x5A3F1E
"""Mixed into the seed, so that the sample is not a part of the split."""


@dataclass(frozen=True)
class Where:
    """Where a block of rows as they were read lies."""

    piece: int
    number: int
    first: int
    """Number that the first row of its piece has in the source."""

    def open(self, context: PassContext) -> Block:
        """Read it; rows get the numbers that they have in the source."""
        block = Block.unpack(context.scratch.get(block_path(self.piece, self.number)))
        return Block(block.table, block.rows + self.first, block.parts)


@dataclass(frozen=True)
class Observe:
    """Return the splitting what it has to see of a block."""

    context: PassContext
    blocks: tuple[Where, ...]
    ask: Ask

    def __call__(self, index: int) -> dict[str, Any]:
        """Leave ``observe/<index>``, where there is anything."""
        way = self.context.stage.split.by.value
        seen = way.observe(self.blocks[index].open(self.context), self.ask)
        if seen is not None:
            self.context.scratch.put(f"{OBSERVE}/{index:06d}", seen)
        return self.context.scratch.note(OBSERVE, index, {"seen": seen is not None})


@dataclass(frozen=True)
class Survey:
    """Draw rows of a block and count what is missing in it."""

    context: PassContext
    blocks: tuple[Where, ...]
    places: Places
    rows: int
    """Rows of the source."""

    def __call__(self, index: int) -> dict[str, Any]:
        """Leave the drawn rows as ``survey/<index>``; give the counts."""
        block = placed(self.context, self.blocks[index], self.places)
        share = SAMPLE_ROWS / max(1, self.rows)
        drawn = block.keep(sampled(block.rows, self.context.seed ^ DRAW, share))
        self.context.leave(WORK, index, drawn)
        counts = np.bincount(block.parts, minlength=len(PARTS))
        missing = {c.name: int(block.missing(c.name).sum()) for c in self.context.given}
        facts = {"parts": counts.tolist(), "missing": missing}
        return self.context.scratch.note(WORK, index, facts)


def placed(context: PassContext, where: Where, places: Places) -> Block:
    """Read a block, each row in its part."""
    block = where.open(context)
    if not len(block):
        return block
    cut = places.cut(int(block.rows[0]), int(block.rows[-1]) + 1)
    return block.placed(cut.of(block))
