"""Passes of a step that compares rows with all others: scatter hashes, then look into buckets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from hone_trainer.prepare.hash_partition import RECORD, buckets, gather, repeated, scatter
from hone_trainer.prepare.pass_context import PassContext
from hone_trainer.prepare.passes.clean import Steps
from hone_trainer.prepare.passes.survey import Where, placed
from hone_trainer.splits.splitting import Places


@dataclass(frozen=True)
class Scatter:
    """Leave the hashes of one block, by bucket."""

    context: PassContext
    blocks: tuple[Where, ...]
    places: Places
    steps: Steps
    """The steps before the one that seeks, all of which have learned."""
    rows: int

    @property
    def number(self) -> int:
        """Which step seeks."""
        return len(self.steps.learned)

    def __call__(self, index: int) -> dict[str, Any]:
        """Write ``keys<step>/<index>.bin``; give where its buckets end."""
        context, work = self.context, f"keys{self.number}"
        block, _, _ = self.steps.apply(placed(context, self.blocks[index], self.places))
        step = context.stage.clean[self.number].value
        data, ends = scatter(step, block, context.columns, buckets(self.rows))
        context.scratch.put_bytes(f"{work}/{index:06d}", data)
        return context.scratch.note(work, index, {"ends": ends})


@dataclass(frozen=True)
class Look:
    """Find what is repeated within one bucket."""

    context: PassContext
    number: int
    ends: tuple[tuple[int, ...], ...]
    """For each block, where its buckets end."""

    def __call__(self, index: int) -> dict[str, Any]:
        """Leave the rows to drop as ``look<step>/<index>``."""
        context, work = self.context, f"look{self.number}"
        records = gather(context, f"keys{self.number}", self.ends, index, RECORD)
        step = context.stage.clean[self.number].value
        gone = repeated(records, step.last_stays())
        context.scratch.put(f"{work}/{index:06d}", pa.table({"row": pa.array(gone)}))
        return context.scratch.note(work, index, {"gone": len(gone)})
