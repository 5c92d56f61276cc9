"""What a piece of work has to know, in whichever pod it is done."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from hone_trainer.contract.assignment import Store
from hone_trainer.prepare.scratch import Scratch
from hone_trainer.rows.block import Block
from hone_trainer.store.artifact_store import ArtifactStore, open_store

if TYPE_CHECKING:
    from hone_trainer.columns import Column
    from hone_trainer.prepare.spec import Prepare

SAMPLE_ROWS = 1_000_000
"""What is learned from rows themselves (medians, quantiles, forests) is learned from so many drawn
at random, from all where there are fewer: the rank of a median is then right to .1 %."""


@dataclass(frozen=True)
class PassContext:
    """The stage and its places; can be pickled."""

    stage: Prepare
    columns: tuple[Column, ...]
    """All of them, also those that are made of others."""
    settings: Store
    folder: str
    """Where the output goes, below the store."""
    scratch_folder: str
    seed: int

    @property
    def store(self) -> ArtifactStore:
        """The artifacts' store."""
        return _store(self.settings.model_dump_json())

    @property
    def scratch(self) -> Scratch:
        """Where passes leave things for each other."""
        return Scratch(self.store, self.scratch_folder)

    @property
    def given(self) -> tuple[Column, ...]:
        """The columns that the source has."""
        return tuple(column for column in self.columns if not column.value.derived)

    @property
    def label(self) -> str:
        """The column that the first task predicts."""
        return self.stage.predicted[0].label

    def block(self, work: str, index: int) -> Block:
        """Read a block that an earlier pass left."""
        return Block.unpack(self.scratch.get(f"{work}/{index:06d}"))

    def leave(self, work: str, index: int, block: Block) -> None:
        """Leave a block for later passes."""
        self.scratch.put(f"{work}/{index:06d}", block.pack())


@lru_cache(maxsize=8)
def _store(settings: str) -> ArtifactStore:
    return open_store(Store.model_validate_json(settings))
