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
from hone_trainer.models.answers import by_target
from hone_trainer.models.litert import LiteModel, race
from tests.trainer.networks import BOTH, CLICKS, SEQUENCE, SPENDING, Drawn, answers, fresh

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


@pytest.mark.parametrize(("schema", "parts"), [(CLICKS, 1), (CLICKS, 2), (SPENDING, 2)])
def test_the_file_predicts_what_the_network_does(schema: Any, parts: int) -> None:
    network, rows = fresh(schema, parts), Drawn(schema, 700).read("test")
    predicted = answers(network, rows.features)
    assert np.ptp(predicted) > 1e-3
    model = LiteModel(convert(network))
    assert answers(model, rows.features) == pytest.approx(predicted, abs=1e-5)


def test_the_file_of_two_tasks_answers_both_by_their_names() -> None:
    network, rows = fresh(BOTH), Drawn(BOTH, 20).read("test")
    (ours,) = network.answer(rows.features)
    (block,) = LiteModel(convert(network)).answer(rows.features)
    assert sorted(block) == ["clicked_probability", "spent_value"]
    theirs = by_target(BOTH, block)
    for target, name in (("clicked", "probability"), ("spent", "value")):
        assert theirs[target][name] == pytest.approx(ours[target][name], abs=1e-5)


def test_a_long_sequence_is_a_loop_that_forgets_the_row_before() -> None:
    network, rows = fresh(SEQUENCE), Drawn(SEQUENCE, 30).read("test")
    model = LiteModel(convert(network))
    once = answers(model, rows.features)
    assert once == pytest.approx(answers(network, rows.features), abs=1e-5)
    backwards = {name: values[::-1] for name, values in rows.features.items()}
    assert np.array_equal(answers(model, backwards)[::-1], once)


@pytest.mark.parametrize(("mode", "ratio", "error"), [("int8", 2.2, 0.01), ("float16", 1.6, 1e-3)])
def test_quantised_files_are_smaller_and_close(mode: Any, ratio: float, error: float) -> None:
    network, rows = fresh(units=64), Drawn().read("test")
    techniques = (Quantize(mode=mode),)
    before, after = convert(network), convert(network, techniques)
    assert len(before) / len(after) > ratio
    off = np.abs(answers(LiteModel(after), rows.features) - answers(network, rows.features))
    assert off.max() < error


def test_tables_of_four_bits_are_a_seventh_in_a_file_that_any_interpreter_runs() -> None:
    rows, width = 20_000, 8
    item = CLICKS.fields[1].model_copy(update={"size": rows})
    schema = CLICKS.model_copy(update={"fields": (CLICKS.fields[0], item)})
    network, part = fresh(schema), Drawn(schema).read("test")
    sizes = {
        tables: len(convert(network, (Quantize(mode="int8", tables=tables),)))
        for tables in ("int8", "int4")
    }
    # What unpacks them takes some thousand bytes of its own.
    assert sizes["int8"] - sizes["int4"] == pytest.approx(rows * width / 2, abs=4_000)
    four = LiteModel(convert(network, (Quantize(mode="float16", tables="int4"),)))
    off = np.abs(answers(four, part.features) - answers(network, part.features))
    assert off.max() < 0.03


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


def test_no_rows_give_no_answers() -> None:
    features = {name: values[:0] for name, values in Drawn(rows=1).read("test").features.items()}
    assert list(LiteModel(convert(fresh())).answer(features)) == []


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
