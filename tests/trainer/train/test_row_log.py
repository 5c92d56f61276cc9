"""Joining what workers have seen over restarts: what counts, what is undone, what is missing."""

from typing import Any

import numpy as np
import pytest

from hone_trainer.dataset.dataset import Dataset
from hone_trainer.stages import AnyStage
from hone_trainer.store.artifact_store import ArtifactStore
from hone_trainer.train.row_log import RowLog, audit, complete, folder_of
from tests.trainer.interruptions import interrupted
from tests.trainer.train.test_train import TRAIN, eager

__all__ = ["eager"]

FOLDER = folder_of("shop/demo/1d5c/train/0", "0123456789abcdef")
Told = tuple[int, int, int, int, list[list[int]]]
"""Attempt, rank, epoch, first step, rows of each step."""


@pytest.fixture
def store(run_stage: Any) -> ArtifactStore:
    found: ArtifactStore = run_stage.store
    return found


def joined(store: ArtifactStore, *told: Told, rows: int = 8) -> list[dict[str, Any]]:
    for attempt, rank, epoch, first, seen in told:
        RowLog(store, FOLDER, attempt, rank).write(epoch, first, np.array(seen, np.int32))
    return audit(store, FOLDER, rows)


WHOLE: tuple[Told, ...] = (
    (0, 0, 0, 0, [[0, 1], [4, 5]]),
    (0, 1, 0, 0, [[2, 3], [6, 7]]),
)


def figures(once: int = 8, twice: int = 0, never: int = 0) -> dict[str, int]:
    return {"once": once, "twice": twice, "never": never}


CASES: list[tuple[str, tuple[Told, ...], dict[str, int], list[int], int]] = [
    ("an epoch of one block", WHOLE, figures(), [4, 4], 0),
    (
        "a short batch",
        ((0, 0, 0, 0, [[0, 1], [4, 5]]), (0, 1, 0, 0, [[2, 3], [-1, -1]])),
        figures(6, never=2),
        [4, 2],
        0,
    ),
    (
        "an attempt that was killed in its second block",
        (
            (0, 0, 0, 0, [[0, 1]]),
            (0, 1, 0, 0, [[2, 3]]),
            (0, 0, 0, 1, [[4, 5]]),
            (1, 0, 0, 1, [[4, 5]]),
            (1, 1, 0, 1, [[6, 7]]),
        ),
        figures(),
        [4, 4],
        2,
    ),
    (
        "an attempt that lost all of the one before",
        (*WHOLE, (1, 0, 0, 0, [[0, 1], [4, 5]]), (1, 1, 0, 0, [[2, 3], [6, 7]])),
        figures(),
        [4, 4],
        8,
    ),
    (
        "an attempt that began in the middle of a block",
        (*WHOLE, (2, 0, 0, 1, [[4, 5]]), (2, 1, 0, 1, [[6, 7]])),
        figures(),
        [4, 4],
        4,
    ),
    (
        "rows that came twice, and others never",
        ((0, 0, 0, 0, [[0, 1], [0, 1]]), (0, 1, 0, 0, [[2, 3], [6, 7]])),
        figures(4, 2, 2),
        [4, 4],
        0,
    ),
    ("a worker whose rows are lost", WHOLE[1:], figures(4, never=4), [0, 4], 0),
    (
        "a restart with rows of another order",
        (*WHOLE, (1, 0, 0, 1, [[0, 1]]), (1, 1, 0, 1, [[2, 3]])),
        figures(0, 4, 4),
        [4, 4],
        4,
    ),
]


@pytest.mark.parametrize(
    ("told", "wanted", "by_worker", "undone"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_what_was_seen_is_counted(
    store: ArtifactStore,
    told: tuple[Told, ...],
    wanted: dict[str, int],
    by_worker: list[int],
    undone: int,
) -> None:
    (epoch,) = joined(store, *told)
    assert epoch == {"epoch": 1, **wanted, "byWorker": by_worker, "undone": undone}
    assert complete([epoch]) is (wanted == figures())


def test_each_epoch_is_counted_alone(store: ArtifactStore) -> None:
    second = ((1, 0, 1, 0, [[7, 6], [5, 4]]), (1, 1, 1, 0, [[3, 2], [1, 0]]))
    found = joined(store, *WHOLE, *second)
    assert [epoch["epoch"] for epoch in found] == [1, 2]
    assert complete(found)


def test_a_block_that_is_run_again_counts_once(store: ArtifactStore) -> None:
    assert complete(joined(store, *WHOLE, *WHOLE))


def test_another_configuration_is_another_training(store: ArtifactStore) -> None:
    other = RowLog(store, folder_of("shop/demo/1d5c/train/0", "f" * 64), 5, 0)
    other.write(0, 0, np.array([[0, 1, 2]], np.int32))
    assert complete(joined(store, *WHOLE))


def test_nothing_kept_proves_nothing(store: ArtifactStore) -> None:
    assert audit(store, FOLDER, 8) == []
    assert not complete([])


@pytest.mark.tensorflow
def test_a_training_proves_that_it_saw_each_row_once(clicks: Any, eager: None) -> None:
    """Killed in its second epoch, and once more in its third; 2400 rows in steps of 256."""
    run = TRAIN | {"rowLog": True}
    interrupted(clicks, run, after=1.7)
    interrupted(clicks, run, after=2.5, attempt=1)
    report = clicks("train", {"train": run}, attempt=2)
    audited = clicks.manifest(report).facts["rows"]
    rows = Dataset.of(clicks.context(clicks.task("next", {}))).read("train")
    assert complete(audited)
    assert [epoch["once"] for epoch in audited] == [len(rows)] * 3
    assert [epoch["byWorker"] for epoch in audited] == [[len(rows)]] * 3
    assert sum(epoch["undone"] for epoch in audited) > 0
    assert any("/rows/" in path for path in clicks.store.list("shop"))


@pytest.mark.tensorflow
def test_nothing_is_kept_unless_asked_for(clicks: Any) -> None:
    report = clicks("train", {"train": TRAIN | {"epochs": 1}})
    assert "rows" not in clicks.manifest(report).facts
    assert not any("/rows/" in path for path in clicks.store.list("shop"))


def test_a_parameter_server_cannot_prove_it() -> None:
    run = TRAIN | {"rowLog": True, "strategy": {"parameterServer": {}}}
    with pytest.raises(ValueError, match="rowLog needs workers that keep in step"):
        AnyStage.model_validate({"train": run})
