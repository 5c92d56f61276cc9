"""Last pass: cleaned rows become shards; training rows are augmented, and shuffled by block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from hone_trainer.contract.assignment import Artifact
from hone_trainer.dataset import shards
from hone_trainer.dataset.dataset import MEMBER, WEIGHT
from hone_trainer.dataset.schema import Target
from hone_trainer.prepare.pass_context import PassContext
from hone_trainer.prepare.passes.clean import WORK as CLEANED
from hone_trainer.prepare.passes.history import Histories, ids_of
from hone_trainer.rows.block import Block
from hone_trainer.rows.field import PARTS
from hone_trainer.rows.tokens import PADDING, UNSEEN
from hone_trainer.store.attempt_files import write
from hone_trainer.transform.transform import Transform

WORK = "encode"
SHUFFLE, AUGMENT, CONTRAST = 1, 2, 3
"""Places of chance beside the seed."""


@dataclass(frozen=True)
class Encode:
    """Write the shards of one block."""

    context: PassContext
    transform: Transform
    augment: tuple[Any, ...]
    """What each augmentation has learned."""
    histories: tuple[Histories, ...] = ()
    """Of the sequence columns."""
    divided: dict[str, Any] | None = None
    """What the division among sub-models has learned; None where nothing is divided."""

    def __call__(self, index: int) -> dict[str, Any]:
        """Return the files and their rows."""
        block = self.context.block(CLEANED, index)
        for past in self.histories:
            block = past.beside(block, self.context, index)
        files: list[Artifact] = []
        rows: dict[str, int] = {}
        counts: dict[str, dict[str, list[float]]] = {}
        told: dict[str, int] = {}
        largest: dict[str, float] = {}
        unseen: dict[str, tuple[int, int]] = {}
        for part, (columns, count) in zip(PARTS, self._parts(block, index), strict=True):
            rows[part] = count
            for target in self._targets:
                counts.setdefault(target.name, {})[part] = _tally(target, columns)
            for name, size in self._sizes(columns):
                largest[name] = max(size, largest.get(name, 0.0))
            if part == "validation":
                unseen = dict(self._unseen(columns))
            if part == "train":
                told = {t.name: int((columns[t.weight_column] > 0).sum()) for t in self._targets}
            for k, data in enumerate(_split(columns, count)):
                name = f"{part}-{index:05d}-{k:03d}.arrow"
                files.append(write(self.context.store, self.context.folder, name, data))
        facts = {
            "files": [file.dump() for file in files],
            "rows": rows,
            "targets": counts,
            "told": told,
            "largest": largest,
            "unseen": unseen,
        }
        return self.context.scratch.note(WORK, index, facts)

    def _parts(self, block: Block, index: int) -> Iterator[tuple[dict[str, Any], int]]:
        """Return columns and rows of each part; words are looked up once for those held out."""
        yield self._training(block.part(0), index)
        held_out = block.keep(block.parts > 0)
        for step, learned, draw in self._steps(CONTRAST, index):
            held_out = step.contrast(held_out, learned, draw)
        columns = self._encode(held_out)
        for number in range(1, len(PARTS)):
            mine = held_out.parts == number
            yield {name: values[mine] for name, values in columns.items()}, int(mine.sum())

    def _training(self, block: Block, index: int) -> tuple[dict[str, Any], int]:
        steps = self._steps(AUGMENT, index)
        for step, learned, draw in steps:
            block = step.widen(block, learned, draw)
        columns = self._encode(block)
        division = self.context.stage.division
        if division is not None:
            columns[MEMBER] = division.value.numbers(block, self.divided, self.context.seed)
        for step, learned, draw in steps:
            columns = step.rework(columns, self.transform.schema, learned, draw)
        count = len(next(iter(columns.values())))
        order = np.random.default_rng([self.context.seed, SHUFFLE, index]).permutation(count)
        return {name: values[order] for name, values in columns.items()}, count

    def _steps(self, place: int, index: int) -> list[tuple[Any, Any, np.random.Generator]]:
        """Return each augmentation, what it has learned, and where its chance comes from."""
        both = zip(self.context.stage.augment, self.augment, strict=True)
        return [
            (step.value, learned, np.random.default_rng([self.context.seed, place, k, index]))
            for k, (step, learned) in enumerate(both)
        ]

    def _sizes(self, columns: dict[str, Any]) -> Iterator[tuple[str, float]]:
        """Return how large each number is at most, either way, as a model reads it."""
        for field in self.transform.schema.numbers:
            sizes = np.abs(columns[field.name])
            known = sizes[~np.isnan(sizes)]
            if len(known):
                yield field.source, float(known.max())

    def _unseen(self, columns: dict[str, Any]) -> Iterator[tuple[str, tuple[int, int]]]:
        """Yield how many ids of each field training rows do not hold, and how many there are."""
        for field in self.transform.schema.ids:
            if field.hashed or field.pieces:  # no id is unseen there
                continue
            ids = columns[field.name]
            yield field.name, (int((ids == UNSEEN).sum()), int((ids != PADDING).sum()))

    @property
    def _targets(self) -> tuple[Target, ...]:
        return self.transform.targets

    def _encode(self, block: Block) -> dict[str, Any]:
        ready = {past.column.name: ids_of(past.column, block) for past in self.histories}
        return self.transform.encode(block, ready) | self.transform.encode_targets(block)


def _tally(target: Target, columns: dict[str, Any]) -> list[float]:
    """Return what a target counts in encoded rows, augmentation's weights included."""
    weight = columns[target.weight_column]
    if WEIGHT in columns:
        weight = weight * columns[WEIGHT]
    return target.how.tally(columns[target.value_column], weight)


def _split(columns: dict[str, Any], count: int) -> Iterator[bytes]:
    if count:
        yield from shards.split(columns, count)
