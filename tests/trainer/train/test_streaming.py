"""Trainings on more rows than a pod has room for: the same rows, window by window."""

from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset import shards
from hone_trainer.dataset.blocks import Blocks
from hone_trainer.dataset.dataset import Dataset
from hone_trainer.pod import memory
from hone_trainer.train.row_log import complete
from tests.trainer.conftest import CLICKS
from tests.trainer.interruptions import interrupted
from tests.trainer.train.test_train import TRAIN, eager

__all__ = ["eager"]

pytestmark = pytest.mark.tensorflow
WINDOW = 700
STREAMED: dict[str, Any] = TRAIN | {"windowRows": WINDOW, "rowLog": True}


@pytest.fixture
def cut(run_stage: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A click data set of 2,400 training rows in eight shards."""
    monkeypatch.setattr(shards, "SHARD_ROWS", 300)
    run_stage("data", CLICKS)
    return run_stage


def trained(bench: Any, run: dict[str, Any], stage: str = "train", **changes: Any) -> Any:
    """Train, and give the manifest; the next training has the same sources."""
    report = bench(stage, {"train": run}, **changes)
    bench.sources.pop()
    return bench.manifest(report)


def weights(manifest: Any) -> str:
    found: str = manifest.file("weights.npz").sha256
    return found


def small(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """Let a pod have room for about so many rows of 2,400."""
    size = 2400 * 18
    monkeypatch.setattr(memory, "most", lambda: size * rows // 2400 * 10)
    monkeypatch.setattr("hone_trainer.train.feeding.FEWEST", 1)


def test_every_row_is_seen_once_an_epoch_and_the_loss_is_that_of_rows_in_memory(cut: Any) -> None:
    streamed = trained(cut, STREAMED)
    held = trained(cut, STREAMED | {"windowRows": None}, "held")
    assert complete(streamed.facts["rows"])
    assert [epoch["once"] for epoch in streamed.facts["rows"]] == [2400] * 3
    assert (streamed.facts["windowRows"], held.facts["windowRows"]) == (WINDOW, None)
    losses = [[epoch["valLoss"] for epoch in each.facts["history"]] for each in (streamed, held)]
    assert weights(streamed) != weights(held)  # another order
    assert losses[0][-1] == pytest.approx(losses[1][-1], abs=0.02)


def test_a_window_for_all_rows_changes_nothing(cut: Any) -> None:
    streamed, held = trained(cut, TRAIN | {"windowRows": 2400}), trained(cut, TRAIN, "held")
    assert weights(streamed) == weights(held)


@pytest.mark.parametrize("after", [0.4, 1.7])
def test_who_is_killed_goes_on_as_if_nothing_had_been(cut: Any, eager: None, after: float) -> None:
    whole = trained(cut, STREAMED, "whole")
    interrupted(cut, STREAMED, after=after)
    again = trained(cut, STREAMED, attempt=1)
    assert weights(again) == weights(whole)
    assert complete(again.facts["rows"])


def test_a_small_pod_takes_as_many_rows_as_it_has_room_for(
    cut: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(monkeypatch, 800)
    window = trained(cut, TRAIN | {"rowLog": True}).facts["windowRows"]
    assert 300 < window < 1200


def test_more_memory_in_the_middle_changes_nothing(
    cut: Any, eager: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order of a training is that of its first step, whatever its pods have later."""
    small(monkeypatch, 800)
    whole = trained(cut, TRAIN, "whole")
    interrupted(cut, TRAIN, after=1.7)
    monkeypatch.undo()
    again = trained(cut, TRAIN, attempt=1)
    assert again.facts["windowRows"] == whole.facts["windowRows"]
    assert weights(again) == weights(whole)


def test_a_baseline_is_trained_by_windows_too(cut: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from hone_trainer.models import AnyModel
    from hone_trainer.train.baseline import train_baseline
    from hone_trainer.train.streamed_feed import StreamedFeed

    epochs: list[int] = []
    own = StreamedFeed.portions

    def portions(feed: StreamedFeed, seed: int, epoch: int, *args: int) -> Any:
        epochs.append(epoch)
        return own(feed, seed, epoch, *args)

    monkeypatch.setattr(StreamedFeed, "portions", portions)
    small(monkeypatch, 800)
    data = Dataset.of(cut.context(cut.task("next", {})))
    linear = AnyModel.model_validate({"generic": {"linear": {}}})
    train_baseline(linear, data, 3, lambda *_: None)
    assert len(epochs) > 1


@pytest.mark.parametrize(("window", "every"), [(2400, 1), (300, 1), (100, 3), (None, 1)])
def test_validation_rows_have_room_in_a_window(cut: Any, window: int | None, every: int) -> None:
    """Of 300; spread over all of the part."""
    from hone_trainer.train.feeding import every_of, open_feed

    data = Dataset.of(cut.context(cut.task("next", {})))
    feed = open_feed(data, window=window)
    assert every_of(data, feed, 1) in (every, every + 1)  # a file has some bytes besides
    whole, some = data.read("validation"), data.read("validation", every=every)
    assert np.array_equal(some.features["item"], whole.features["item"][::every])
    assert np.array_equal(some.targets["clicked"].values, whole.targets["clicked"].values[::every])


@pytest.mark.parametrize("members", [1, 3])
def test_blocks_hold_each_members_rows_and_no_others(cut: Any, members: int) -> None:
    data = Dataset.of(cut.context(cut.task("next", {})))
    for member in range(members):
        blocks = Blocks(data, member, members)
        held = data.read("train", member, members)
        read = [blocks.read(block).features["item"] for block in range(len(blocks.counts))]
        assert np.array_equal(np.concatenate(read), held.features["item"])
        assert blocks.counts.sum() == len(held)
        assert blocks.bytes == pytest.approx(len(held) * 18, rel=0.5)


def test_a_ranking_that_memory_does_not_hold_is_refused(
    cut: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hone_trainer.train.feeding import open_feed
    from tests.trainer import worlds

    data = Dataset.of(cut.context(cut.task("next", {})))
    listed = worlds.world(worlds.TASKS["ranking"]).schema
    ranked: Any = Dataset(listed, cut.store, data.manifest)
    small(monkeypatch, 800)
    with pytest.raises(StageFailure, match=r"rankings want all rows in memory.*limits\.memory"):
        open_feed(ranked)
