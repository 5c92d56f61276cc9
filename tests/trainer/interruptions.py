"""Trainings that die in the middle."""

from dataclasses import replace
from typing import Any

import pytest

from hone_trainer.stages import AnyStage


class Stopped(Exception):
    """Stands for a pod that is killed."""


def save_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Save at every chance, and wait until it is done."""
    from hone_trainer.train.async_checkpointer import AsyncCheckpointer

    save = AsyncCheckpointer.save

    def at_once(checkpointer: AsyncCheckpointer, *args: Any) -> None:
        save(checkpointer, *args)
        checkpointer.flush()

    monkeypatch.setattr(AsyncCheckpointer, "due", lambda checkpointer, epoch_ends=False: True)
    monkeypatch.setattr(AsyncCheckpointer, "save", at_once)


def interrupted(bench: Any, run: dict[str, Any], after: float, **changes: Any) -> None:
    """Run a training that dies once so many epochs are done."""

    def post(progress: Any) -> None:
        if progress.fraction * run["epochs"] >= after:
            raise Stopped

    task = bench.task("train", {"train": run}, **changes)
    with pytest.raises(Stopped):
        AnyStage.model_validate(task.run).value.run(replace(bench.context(task), post=post))
