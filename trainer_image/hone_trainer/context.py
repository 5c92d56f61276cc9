"""What a stage finds around it while it runs in one pod: its task, its inputs, its output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hone_trainer.manifest import Manifest
from hone_trainer.stage import Product
from hone_trainer.store import ArtifactStore
from hone_trainer.task import Progress, Report, Source, StageFailure, Task


@dataclass(frozen=True)
class Context:
    """The surroundings of one run of a stage."""

    task: Task
    store: ArtifactStore
    work: Path
    """An empty folder of this pod; gone when it ends."""
    post: Callable[[Progress], None]
    """Tell the world how far it is; cheap, never raises, may drop."""
    rank: int = 0
    """Index of this pod in its gang; 0 is the chief, who writes."""
    size: int = 1
    """Pods of the gang."""
