"""The mean of the weights after several epochs: what it is, and when it goes on."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from hone_trainer.stages import AnyStage
from hone_trainer.store.chunked_array import InMemory, whole
from hone_trainer.train.weight_average import joined
from tests.trainer.conftest import Bench
from tests.trainer.gangs import GangOfTwo
from tests.trainer.interruptions import interrupted, save_at_once
from tests.trainer.train.test_train import TRAIN

FOUR: dict[str, Any] = TRAIN | {"epochs": 4, "keep": "average"}


def test_it_is_the_mean_of_numbers_and_the_last_of_what_is_none() -> None:
    drawn = np.random.default_rng(0).normal(size=(5, 3, 2)).astype(np.float32)
    mean: Any = ()
    for count, each in enumerate(drawn):
        mean = joined(mean, count, (InMemory(each), InMemory(np.array(count))))
    np.testing.assert_allclose(np.asarray(whole(mean[0]), float), drawn.mean(0), atol=1e-6)
    assert whole(mean[0]).dtype == np.float32
    assert whole(mean[1]) == 4


def weights(bench: Bench, report: Any) -> dict[str, Any]:
    data = bench.store.fetch(bench.manifest(report).file("weights.npz"))
    with np.load(io.BytesIO(data)) as arrays:
        return dict(arrays)


@pytest.mark.tensorflow
@pytest.mark.parametrize("better", [True, False])
def test_it_goes_on_where_it_is_no_worse_than_the_best_epoch(
    clicks: Bench, monkeypatch: pytest.MonkeyPatch, better: bool
) -> None:
    from hone_trainer.train.validation import Validation

    class Told(Validation):
        """How a training goes, each processor decides for itself."""

        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            self.losses = iter((0.6, 0.5, 0.4, 0.4, 0.3 if better else 0.41))

        def measure(self) -> dict[str, float]:
            return super().measure() | {"valLoss": next(self.losses)}

    monkeypatch.setattr("hone_trainer.train.loop.Validation", Told)
    report = clicks("train", {"train": FOUR})
    clicks.sources.pop()
    facts = clicks.manifest(report).facts
    assert facts["weightAverage"]["epochs"] == [3, 4]
    assert facts["keptEpoch"] == (None if better else 4)
    assert ("after epochs 3 to 4 kept" in report.message) == better
    ends = [
        weights(clicks, clicks(f"to{n}", {"train": TRAIN | {"epochs": n, "keep": "last"}}))
        for n in (3, 4)
    ]
    for name, array in weights(clicks, report).items():
        expected = (ends[0][name] + ends[1][name]) / 2 if better else ends[1][name]
        np.testing.assert_allclose(array, expected, atol=2e-6, err_msg=name)


@pytest.mark.tensorflow
def test_who_is_killed_goes_on_with_the_mean_so_far(
    clicks: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_at_once(monkeypatch)
    report = clicks("train", {"train": FOUR})
    clicks.sources.pop()
    interrupted(clicks, FOUR, after=3.4, job="other")
    again = clicks("train", {"train": FOUR}, attempt=1, job="other")
    told = [clicks.manifest(each).facts["weightAverage"] for each in (report, again)]
    assert told[0]["epochs"] == told[1]["epochs"] == [3, 4]
    assert told[0]["figures"] == pytest.approx(told[1]["figures"], abs=1e-5)


@pytest.mark.tensorflow
def test_the_chief_of_a_gang_measures_it_alone(clicks: Bench, tmp_path: Path) -> None:
    gang = GangOfTwo(clicks, tmp_path)
    two = {"strategy": {"multiWorkerMirrored": {"workers": 2}}}
    assert gang.codes(gang.start({**FOUR, **two})) == [0, 0]
    assert gang.manifest.facts["weightAverage"]["epochs"] == [3, 4]


def test_servers_have_no_room_for_it() -> None:
    words = {**FOUR, "strategy": {"parameterServer": {}}}
    with pytest.raises(ValidationError, match="keep: average holds weights twice"):
        AnyStage.model_validate({"train": words})
