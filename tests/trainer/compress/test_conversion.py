"""LiteRT files: the same predictions, and what happens when the converter dies."""

import os
import signal
import time
from typing import Any

import numpy as np
import pytest

from hone_trainer.compress import tflite_export
from hone_trainer.compress.technique import Technique
from hone_trainer.compress.techniques.quantize import Quantize
from hone_trainer.compress.tflite_export import convert
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.models.litert import LiteModel, race
from tests.trainer.networks import CLICKS, SEQUENCE, Drawn, fresh

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]


class Crash(Technique):
    """Ends the converting process as a native abort would."""

    def configure(self, converter: Any) -> None:
        os.kill(os.getpid(), signal.SIGSEGV)


class Hang(Technique):
    """Never comes back."""

    def configure(self, converter: Any) -> None:
        time.sleep(600)


class Refuse(Technique):
    """Raises as TensorFlow would."""

    def configure(self, converter: Any) -> None:
        raise ValueError("no such operation")


@pytest.mark.parametrize("parts", [1, 2])
def test_the_file_predicts_what_the_network_does(parts: int) -> None:
    network, rows = fresh(CLICKS, parts), Drawn(CLICKS, 700).read("test")
    model = LiteModel(convert(network))
    assert model.predict(rows.features) == pytest.approx(network.predict(rows.features), abs=1e-5)


def test_a_long_sequence_is_a_loop_that_forgets_the_row_before() -> None:
    network, rows = fresh(SEQUENCE), Drawn(SEQUENCE, 30).read("test")
    model = LiteModel(convert(network))
    once = model.predict(rows.features)
    assert once == pytest.approx(network.predict(rows.features), abs=1e-5)
    backwards = {name: values[::-1] for name, values in rows.features.items()}
    assert np.array_equal(model.predict(backwards)[::-1], once)


@pytest.mark.parametrize(("mode", "ratio", "error"), [("int8", 2.2, 0.01), ("float16", 1.6, 1e-3)])
def test_quantised_files_are_smaller_and_close(mode: Any, ratio: float, error: float) -> None:
    network, rows = fresh(units=64), Drawn().read("test")
    techniques = (Quantize(mode=mode),)
    before, after = convert(network), convert(network, techniques)
    assert len(before) / len(after) > ratio
    off = np.abs(LiteModel(after).predict(rows.features) - network.predict(rows.features))
    assert off.max() < error


@pytest.mark.parametrize(
    ("technique", "timeout", "message"),
    [
        (Crash(), 60, "was ended by SIGSEGV"),
        (Refuse(), 60, "ValueError: no such operation"),
        (Hang(), 4, "still busy after 4 s"),
    ],
)
def test_a_lost_conversion_is_explained(technique: Any, timeout: float, message: str) -> None:
    with pytest.raises(StageFailure, match=message) as caught:
        convert(fresh(), (technique,), timeout=timeout)
    assert caught.value.reason == "ConversionFailed"


def test_a_race_times_every_model() -> None:
    model = LiteModel(convert(fresh()))
    features = Drawn(rows=10).read("test").features
    latencies = race([model, model], features, rounds=2, calls=20)
    assert len(latencies) == 2
    assert all(0 < latency.p50 <= latency.p95 for latency in latencies)


def test_no_rows_give_no_probabilities() -> None:
    features = {name: values[:0] for name, values in Drawn(rows=1).read("test").features.items()}
    assert LiteModel(convert(fresh())).predict(features).shape == (0,)


def test_a_folder_that_no_socket_fits_into_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stuck:
        def __init__(self, **_: Any) -> None:
            pass

        def start(self) -> None:
            raise OSError("AF_UNIX path too long")

    monkeypatch.setattr(tflite_export._processes, "Process", Stuck)
    with pytest.raises(
        StageFailure, match=r"AF_UNIX path too long.*set TMPDIR to a folder of a sh"
    ):
        convert(fresh(CLICKS))
