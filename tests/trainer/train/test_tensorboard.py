"""The event file: read back as TensorBoard would."""

import struct
from pathlib import Path
from typing import Any

import pytest

from hone_trainer.train.train_state import TrainState
from tests.trainer.interruptions import interrupted
from tests.trainer.train.test_train import TRAIN, eager

__all__ = ["eager"]
pytestmark = pytest.mark.tensorflow


def events(data: bytes, folder: Path) -> list[Any]:
    """Every event, its checksums proven by TensorFlow's reader."""
    from hone_trainer.backend.keras import tf

    file = folder / "read"
    file.write_bytes(data)
    return [
        tf.compat.v1.Event.FromString(each.numpy()) for each in tf.data.TFRecordDataset(str(file))
    ]


def points(data: bytes, folder: Path) -> dict[str, list[tuple[int, float]]]:
    found: dict[str, list[tuple[int, float]]] = {}
    for event in events(data, folder)[1:]:
        for value in event.summary.value:
            found.setdefault(value.tag, []).append((event.step, value.simple_value))
    return found


def single(value: float) -> float:
    """As a message holds it: in four bytes."""
    found: float = struct.unpack("f", struct.pack("f", value))[0]
    return found


def test_every_point_is_there_once(tmp_path: Path) -> None:
    from hone_trainer.train.tensorboard import VERSION, curves

    state = TrainState(
        step=12,
        trace=[(4, 0.7), (8, 0.6), (12, 0.5)],
        history=[
            {"epoch": 1, "loss": 0.65, "valLoss": 0.6, "valAuc": 0.8, "seconds": 3.0},
            {"epoch": 2, "loss": 0.5, "valLoss": 0.55, "rowsPerSecond": 1e5, "waitShare": 0.25},
        ],
    )
    data = curves(state, tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert events(data, tmp_path)[0].file_version == VERSION
    assert points(data, tmp_path) == {
        "loss": [(4, single(0.7)), (8, single(0.6)), (12, 0.5)],
        "epoch/loss": [(1, single(0.65)), (2, 0.5)],
        "validation/loss": [(1, single(0.6)), (2, single(0.55))],
        "validation/auc": [(1, single(0.8))],
        "speed/rows_per_second": [(2, 1e5)],
        "speed/wait_share": [(2, 0.25)],
    }


def test_a_training_commits_its_curves(clicks: Any, eager: None, tmp_path: Path) -> None:
    """Of all its steps, though it was killed in between."""
    run = TRAIN | {"stepsPerExecution": 2}
    interrupted(clicks, run, after=1.5)
    report = clicks("train", {"train": run}, attempt=1)
    manifest = clicks.manifest(report)
    (file,) = [each for each in manifest.files if "tfevents" in each.name]
    found = points(clicks.store.fetch(file), tmp_path)
    history = manifest.facts["history"]
    assert [step for step, _ in found["loss"]] == list(range(2, 31, 2))
    for tag, name in (("epoch/loss", "loss"), ("validation/auc", "valAuc")):
        assert found[tag] == [(epoch["epoch"], single(epoch[name])) for epoch in history]
