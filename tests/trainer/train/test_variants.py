"""Faster ways to train: each runs from rows to a committed network, and learns as much."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from hone_trainer.dataset.dataset import Dataset
from hone_trainer.models.network import Network
from tests.trainer.networks import answers
from tests.trainer.train.test_train import TRAIN, history

pytestmark = pytest.mark.tensorflow

RUN = TRAIN | {"epochs": 2}


@pytest.fixture(autouse=True)
def full_precision_afterwards() -> Iterator[None]:
    """The policy is the process's: a pod has one training, a test run many."""
    yield
    from hone_trainer.backend.keras import keras

    keras.mixed_precision.set_global_policy("float32")


def test_each_way_learns_as_much(clicks: Any) -> None:
    ways: dict[str, dict[str, Any]] = {
        "plain": {},
        "xla": {"xla": True},
        "bfloat16": {"precision": "mixedBfloat16"},
        "lazy": {"optimizer": {"adam": {"learningRate": 0.02, "lazy": True}}},
    }
    losses = {}
    for name, way in ways.items():
        report = clicks(name, {"train": RUN | way})
        losses[name] = [epoch["loss"] for epoch in history(clicks, report)]
        (network,) = Network.members(clicks.context(clicks.task("next", {})))
        assert all(array.dtype == np.float32 for part in network.parts for array in part.weights)
        validation = Dataset.of(clicks.context(clicks.task("next", {}))).read("validation")
        assert np.isfinite(answers(network, validation.features)).all()
    assert losses["xla"] == pytest.approx(losses["plain"], rel=1e-3)
    assert losses["bfloat16"] == pytest.approx(losses["plain"], rel=0.02)
    assert losses["lazy"] == pytest.approx(losses["plain"], rel=0.1)
    assert losses["bfloat16"] != losses["plain"]
    assert losses["lazy"] != losses["plain"]
