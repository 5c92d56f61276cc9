"""The reference data for every competitor: 108,000 rows to train on, prepared by Hone itself."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.contract.assignment import Assignment, Progress, Report, Source, Store
from hone_trainer.contract.stage import Stage
from hone_trainer.dataset.dataset import Dataset, Rows
from hone_trainer.pod.context import Context
from hone_trainer.stages import AnyStage
from hone_trainer.store.artifact_store import open_store
from hone_trainer.store.input_digest import input_digest

PREPARE: dict[str, Any] = {
    "prepare": {
        "source": {"clickModel": {"rows": 135_000}},
        "tasks": [{"binary": {"label": "clicked"}}],
        "columns": [
            {"name": "user", "id": {}},
            {"name": "item", "id": {}},
        ],
        "clean": [{"missing": {}}],
        "split": {"validation": 0.1, "test": 0.1},
    }
}


def context(
    folder: Path,
    stage: str,
    run: dict[str, Any],
    sources: tuple[Source, ...] = (),
    post: Callable[[Progress], None] = lambda _: None,
    **words: Any,
) -> Context:
    """Return the surroundings of one stage in a folder of this machine."""
    store = Store(uri=str(folder / "artifacts"))
    # Every run is a job of its own, so that none finds what another one has committed.
    who = {"namespace": "bench", "job": "bench", "uid": uuid.uuid4().hex, "stage": stage}
    task = Assignment(**who, run=run, store=store, sources=sources, reuse=False, **words)
    work = folder / "work"
    work.mkdir(parents=True, exist_ok=True)
    if not task.run:
        return Context(task, open_store(store), work, post)
    known: Stage = AnyStage.model_validate(task.run).value
    digest = input_digest(task, known, open_store(store))
    return Context(task, open_store(store), work, post, makes=known.makes, digest=digest)


def prepare(folder: Path, run: dict[str, Any] = PREPARE) -> Source:
    """Make the data set in a folder, once."""
    ctx = context(folder, "data", run)
    stage = AnyStage.model_validate(run)
    report: Report = stage.value.run(ctx)
    assert report.manifest is not None
    return Source(stage="data", kind="prepare", makes="dataset", manifest=report.manifest)


def dataset(folder: Path, source: Source) -> Dataset:
    """Open the data set that ``prepare`` made."""
    return Dataset.of(context(folder, "read", {}, (source,)))


def clicked(rows: Rows) -> NDArray[np.float32]:
    """Return the labels, (rows, 1), as the frameworks of others want them."""
    return np.asarray(rows.targets["clicked"].values, np.float32)[:, None]
