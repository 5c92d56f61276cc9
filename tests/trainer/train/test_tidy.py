"""Checkpoints go once their training is committed, whoever dies on the way."""

from typing import Any

import numpy as np
import pytest

from hone_trainer.__main__ import run, tidy
from hone_trainer.contract.assignment import Assignment, StageFailure
from hone_trainer.stages import AnyStage
from hone_trainer.store.chunked_array import InMemory
from hone_trainer.train.checkpoints import Checkpoints

TRAIN: dict[str, Any] = {"train": {"model": {"recommendation": {"lstm": {}}}}}


def checkpointed(bench: Any) -> Assignment:
    """A training task with two checkpoints in its store."""
    task: Assignment = bench.task("train", TRAIN)
    kept = Checkpoints(bench.store, task.prefix, "digest")
    for step in (1, 2, 3):
        kept.write(step, {}, {"weights": (InMemory(np.full(2, step)),)})
    manifests = [path for path in left(bench, task) if path.endswith(".json")]
    assert len(manifests) == 2
    return task


def left(bench: Any, task: Assignment) -> list[str]:
    found: list[str] = bench.store.list(f"{task.prefix}/checkpoints")
    return found


def test_a_committed_training_leaves_no_checkpoints(run_stage: Any) -> None:
    task = checkpointed(run_stage)
    tidy(AnyStage.model_validate(TRAIN).value, run_stage.context(task))
    assert not left(run_stage, task)


def test_who_finds_the_commit_of_a_dead_pod_removes_its_checkpoints(run_stage: Any) -> None:
    task = checkpointed(run_stage)
    committed = run_stage.context(task).commit(message="done")
    assert run(task.model_copy(update={"attempt": 1})) == committed
    assert not left(run_stage, task)


def test_only_the_chief_removes_them(run_stage: Any) -> None:
    task = checkpointed(run_stage)
    tidy(AnyStage.model_validate(TRAIN).value, run_stage.context(task, rank=1, size=2))
    assert left(run_stage, task)


def test_what_cannot_be_removed_is_no_failure(
    run_stage: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        raise StageFailure("StorageForbidden", "no right to delete")

    task = checkpointed(run_stage)
    monkeypatch.setattr("hone_trainer.store.artifact_store.ArtifactStore.delete", refuse)
    tidy(AnyStage.model_validate(TRAIN).value, run_stage.context(task))
    assert "left in the store: no right to delete" in caplog.text


def test_a_checkpoint_that_a_zombie_removed_is_worth_another_attempt(run_stage: Any) -> None:
    task = checkpointed(run_stage)
    kept = Checkpoints(run_stage.store, task.prefix, "digest")
    assert kept.latest() is not None
    kept.clear()
    with pytest.raises(StageFailure, match="removed in the meantime") as failed:
        kept.read(0, 3)
    assert (failed.value.reason, failed.value.retry) == ("CheckpointReplaced", True)


def test_what_other_stages_make_is_left_alone(run_stage: Any) -> None:
    task = run_stage.task("fuse", {"fuse": {"vote": {}}})
    run_stage.store.put(f"{task.prefix}/checkpoints/x", b"")
    tidy(AnyStage.model_validate(task.run).value, run_stage.context(task))
    assert run_stage.store.list(task.prefix)
