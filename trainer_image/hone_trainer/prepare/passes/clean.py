"""Cleaning pass: every step is applied to every row, and what remains is counted and summed up."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from hone_trainer.prepare.best_reachable import sums
from hone_trainer.prepare.hash_partition import Dropped
from hone_trainer.prepare.pass_context import SAMPLE_ROWS, PassContext
from hone_trainer.prepare.passes.survey import DRAW, Where, placed
from hone_trainer.rows.block import Block
from hone_trainer.rows.field import PARTS
from hone_trainer.rows.packing import pack
from hone_trainer.rows.plain_names import free_name
from hone_trainer.rows.row_hash import sampled
from hone_trainer.splits.splitting import Places
from hone_trainer.store.attempt_files import write
from hone_trainer.transform.transform import Step

if TYPE_CHECKING:
    from hone_trainer.tasks.task import Task

WORK, DRAWN, SUMS = "clean", "drawn", "sums"
QUARANTINE = "quarantine"


@dataclass
class Steps:
    """Cleaning steps and what each has learned, as far as they have learned; can be pickled."""

    context: PassContext
    learned: list[Any] = field(default_factory=list)
    """What each step has learned; ``Dropped`` where it sought rows."""
    first: int = 0
    """The step that the first of these belongs to."""

    def apply(self, block: Block) -> tuple[Block, list[dict[str, Any]], list[tuple[str, Block]]]:
        """Clean a block by the steps that have learned.

        Returns:
            The rows that stay; for each step what it did, as JSON values; why and which rows were
            put aside.
        """
        told: list[dict[str, Any]] = []
        aside: list[tuple[str, Block]] = []
        for number, learned in enumerate(self.learned, self.first):
            step = self.context.stage.clean[number].value
            if isinstance(learned, Dropped):
                cleaned = step.apply(block, learned.of(block, self.context), self.context.columns)
            else:
                cleaned = step.apply(block, learned, self.context.columns)
            for why, rows in cleaned.quarantined.items():
                aside.append((why, block.keep(np.isin(block.rows, rows))))
            put_aside = {why: len(rows) for why, rows in cleaned.quarantined.items()}
            told.append(
                {
                    "dropped": cleaned.dropped,
                    "changed": cleaned.changed,
                    "quarantined": put_aside,
                }
            )
            block = cleaned.block
        return block, told, aside

    @property
    def each_row(self) -> tuple[Step, ...]:
        """The steps that judge every row by itself, with what they have learned."""
        both = zip(self.context.stage.clean, self.learned, strict=True)
        return tuple(Step(step, learned) for step, learned in both if not step.value.seeks)

    def facts(self, number: int) -> dict[str, Any]:
        """Say what a step has learned; nothing where it sought rows."""
        learned = self.learned[number]
        if isinstance(learned, Dropped):
            return {}
        facts: dict[str, Any] = self.context.stage.clean[number].value.facts(learned)
        return facts


@dataclass(frozen=True)
class Clean:
    """Clean one block; leave it, its drawn rows, and the sums of its training rows."""

    context: PassContext
    blocks: tuple[Where, ...]
    places: Places
    steps: Steps
    rows: int
    """Rows of the source."""

    def __call__(self, index: int) -> dict[str, Any]:
        """Return what was done, and what is left."""
        context = self.context
        block, told, aside = self.steps.apply(placed(context, self.blocks[index], self.places))
        context.leave(WORK, index, block)
        share = SAMPLE_ROWS / max(1, self.rows)
        drawn = block.keep(sampled(block.rows, context.seed ^ DRAW, share))
        context.leave(DRAWN, index, drawn)
        training = block.part(0)
        context.scratch.put(f"{SUMS}/{index:06d}", pack(_sums(context, training, self.rows)))
        counts = np.bincount(block.parts, minlength=len(PARTS))
        facts = {
            "steps": told,
            "parts": counts.tolist(),
            "missing": _missing(context, block),
            "untold": {task.title: task.untold(training) for task in context.stage.predicted},
            "told": {task.title: _told(task, block) for task in context.stage.predicted},
            "reachable": sums(context.stage.predicted, block.part(PARTS.index("test"))),
            "quarantine": _put_aside(context, index, aside),
        }
        return context.scratch.note(WORK, index, facts)


def _sums(context: PassContext, training: Block, rows: int) -> dict[str, Any]:
    sums = {f"column {c.name}": c.value.summarize(c.name, training) for c in context.given}
    for number, task in enumerate(context.stage.predicted):
        sums[f"task {number}"] = task.summarize(training)
    for number, augmentation in enumerate(context.stage.augment):
        sums[f"augment {number}"] = augmentation.value.summarize(training, rows)
    return {name: table for name, table in sums.items() if table is not None}


def _told(task: Task, block: Block) -> list[int]:
    """Count the rows of each part that have a target."""
    parts = (block.part(number) for number in range(len(PARTS)))
    return [len(part) - task.untold(part) for part in parts]


def _missing(context: PassContext, block: Block) -> dict[str, list[int]]:
    """Return column -> (values, number of the first such row), of columns that a model reads."""
    found = {}
    for column in context.given:
        if not column.value.whole:
            continue
        gaps = block.missing(column.name)
        if gaps.any():
            found[column.name] = [int(gaps.sum()), int(block.rows[gaps.argmax()])]
    return found


def _put_aside(
    context: PassContext, index: int, aside: list[tuple[str, Block]]
) -> dict[str, Any] | None:
    rows = [(why, block) for why, block in aside if len(block)]
    if not rows:
        return None
    from pyarrow import parquet

    tables = []
    for why, block in rows:
        table = block.table.select([c.name for c in context.given])
        reasons = pa.array([why] * len(block), pa.string())
        table = table.add_column(0, free_name("reason", table.column_names), reasons)
        number = free_name("row", table.column_names)
        tables.append(table.add_column(0, number, pa.array(block.rows)))
    whole = pa.concat_tables(tables).unify_dictionaries().combine_chunks().sort_by(number)
    sink = io.BytesIO()
    parquet.write_table(whole, sink, compression="zstd")
    name = f"{QUARANTINE}-{index:05d}.parquet"
    return write(context.store, context.folder, name, sink.getvalue()).dump()
