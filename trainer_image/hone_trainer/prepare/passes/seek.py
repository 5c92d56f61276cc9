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

    around: PassContext
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
        around, work = self.around, f"keys{self.number}"
        block, _, _ = self.steps.apply(placed(around, self.blocks[index], self.places))
        step = around.stage.clean[self.number].value
        data, ends = scatter(step, block, around.columns, buckets(self.rows))
        around.scratch.put_bytes(f"{work}/{index:06d}", data)
        return around.scratch.note(work, index, {"ends": ends})


@dataclass(frozen=True)
class Look:
    """Find what is repeated within one bucket."""

    around: PassContext
    number: int
    ends: tuple[tuple[int, ...], ...]
    """For each block, where its buckets end."""

    def __call__(self, index: int) -> dict[str, Any]:
        """Leave the rows to drop as ``look<step>/<index>``."""
        around, work = self.around, f"look{self.number}"
        records = gather(around, f"keys{self.number}", self.ends, index, RECORD)
        step = around.stage.clean[self.number].value
        gone = repeated(records, step.last_stays())
        around.scratch.put(f"{work}/{index:06d}", pa.table({"row": pa.array(gone)}))
        return around.scratch.note(work, index, {"gone": len(gone)})
