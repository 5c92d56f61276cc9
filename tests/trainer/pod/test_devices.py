"""A GPU that is paid for is used, or the job says why not."""

from typing import Any

import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.pod import devices

pytestmark = pytest.mark.tensorflow


def test_without_a_promise_nothing_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tensorflow.test.is_built_with_cuda", pytest.fail)
    devices.require(0)


@pytest.mark.parametrize(
    ("cuda", "seen", "reason", "says"),
    [
        (False, 0, "ImageWithoutGpu", "GPU variant"),
        (True, 1, "GpuNotUsable", "TensorFlow sees 1"),
        (True, 2, None, ""),
    ],
)
def test_what_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, cuda: bool, seen: int, reason: str | None, says: str
) -> None:
    monkeypatch.setattr("tensorflow.test.is_built_with_cuda", lambda: cuda)
    monkeypatch.setattr("tensorflow.config.list_physical_devices", lambda kind: [kind] * seen)
    if reason is None:
        devices.require(2)
        return
    with pytest.raises(StageFailure, match=says) as caught:
        devices.require(2)
    assert caught.value.reason == reason


def test_a_training_with_a_gpu_in_an_image_without_is_refused(clicks: Any) -> None:
    run = {"train": {"model": {"recommendation": {"lstm": {}}}, "batchSize": 256}}
    with pytest.raises(StageFailure, match=r"resources\.limits"):
        clicks("train", run, gpus=1)
