"""A loss that becomes no number: back to the last checkpoint with a lower rate, or an end."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.train.checkpoints import Checkpoints
from tests.trainer.interruptions import interrupted
from tests.trainer.train.test_train import TRAIN, eager, history

__all__ = ["eager"]

pytestmark = pytest.mark.tensorflow

RATE = 0.02
Spoil = Callable[..., None]


def run(rollbacks: int = 0, **changes: Any) -> dict[str, Any]:
    return TRAIN | {"divergence": {"rollbacks": rollbacks, "rateFactor": 0.25}} | changes


def messages(bench: Any) -> list[str]:
    return [post.message for post in bench.posts if "learning rate" in post.message]


@pytest.fixture
def spoil(monkeypatch: pytest.MonkeyPatch) -> Spoil:
    """Have the weights become no numbers before a block, so many times."""
    from hone_trainer.train import sync_steps

    plain = sync_steps.Steps.epoch

    def make(epoch: int, first: int, times: int = 1) -> None:
        left = [times]

        def epoch_of(self: Any, number: int, start: int, at_once: int, stop: Any) -> Any:
            blocks = plain(self, number, start, at_once, stop)
            done = start
            while True:
                if (number, done) == (epoch, first) and left[0]:
                    left[0] -= 1
                    for weight in self._objective.variables:
                        weight.assign(weight * float("nan"))
                block = next(blocks, None)
                if block is None:
                    return
                yield block
                done = block.last

        monkeypatch.setattr(sync_steps.Steps, "epoch", epoch_of)

    return make


@pytest.fixture
def rates(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The learning rate at each block."""
    from hone_trainer.train.loop import Training

    seen: list[float] = []
    plain = Training._tell

    def tell(self: Any, message: str) -> None:
        seen.append(round(float(self.optimizer.learning_rate.numpy()), 8))
        plain(self, message)

    monkeypatch.setattr(Training, "_tell", tell)
    return seen


@pytest.mark.parametrize(
    ("first", "back_at"), [((0, 0), 0), ((0, 4), 4), ((1, 0), 10), ((1, 8), 18), ((2, 4), 24)]
)
def test_it_goes_back_and_on_with_a_lower_rate(
    clicks: Any,
    eager: None,
    spoil: Spoil,
    rates: list[float],
    caplog: pytest.LogCaptureFixture,
    first: tuple[int, int],
    back_at: int,
) -> None:
    spoil(*first)
    report = clicks("train", {"train": run(rollbacks=1)})
    said = f"the loss became nan in epoch {first[0] + 1}: back at step {back_at}"
    assert messages(clicks) == [f"{said}, learning rate × 0.25"]
    assert said in caplog.text
    epochs = history(clicks, report)
    assert [epoch["epoch"] for epoch in epochs] == [1, 2, 3]
    assert all(np.isfinite(list(epoch.values())).all() for epoch in epochs)
    assert clicks.manifest(report).facts["rollbacks"] == 1
    assert sorted(set(rates)) in ([RATE / 4, RATE], [RATE / 4])
    assert rates[-1] == RATE / 4


def test_without_a_checkpoint_on_the_way_it_goes_back_to_the_start(
    clicks: Any, spoil: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hone_trainer.train.async_checkpointer import AsyncCheckpointer

    monkeypatch.setattr(AsyncCheckpointer, "due", lambda checkpointer, epoch_ends=False: False)
    spoil(1, 4)
    report = clicks("train", {"train": run(rollbacks=1)})
    assert "back at step 0" in messages(clicks)[0]
    assert len(history(clicks, report)) == 3


def test_the_rate_falls_with_every_rollback(
    clicks: Any, eager: None, spoil: Spoil, rates: list[float]
) -> None:
    spoil(1, 4, times=3)
    report = clicks("train", {"train": run(rollbacks=3)})
    assert clicks.manifest(report).facts["rollbacks"] == 3
    assert rates[-1] == pytest.approx(RATE / 4**3)


@pytest.mark.parametrize(
    ("rollbacks", "says"), [(0, "epoch 2: "), (2, "epoch 2 after 2 rollbacks")]
)
def test_it_gives_up_after_as_many_rollbacks_as_are_allowed(
    clicks: Any, eager: None, spoil: Spoil, rollbacks: int, says: str
) -> None:
    spoil(1, 4, times=9)
    with pytest.raises(StageFailure, match=f"the loss became nan in {says}") as failed:
        clicks("train", {"train": run(rollbacks)})
    assert (failed.value.reason, failed.value.retry) == ("LossNotFinite", False)
    for field in ("learningRate of train.optimizer", "train.divergence.rollbacks"):
        assert field in failed.value.message


def test_rollbacks_and_rate_survive_a_restart(
    clicks: Any, eager: None, spoil: Spoil, rates: list[float]
) -> None:
    spoil(0, 4)
    interrupted(clicks, run(rollbacks=1), after=1.5)
    rates.clear()
    report = clicks("train", {"train": run(rollbacks=1)}, attempt=1)
    assert set(rates) == {RATE / 4}
    assert clicks.manifest(report).facts["rollbacks"] == 1


def test_where_no_checkpoint_is_whole_it_says_so(
    clicks: Any, eager: None, spoil: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Checkpoints, "latest", lambda self: None)
    spoil(1, 4)
    with pytest.raises(StageFailure, match="no checkpoint is whole") as failed:
        clicks("train", {"train": run(rollbacks=5)})
    assert failed.value.reason == "LossNotFinite"


@pytest.mark.parametrize("keep", ["best", "last"])
def test_a_model_of_no_numbers_is_never_committed(
    clicks: Any, monkeypatch: pytest.MonkeyPatch, keep: str
) -> None:
    """The last step may spoil the weights after its own loss was fine: validation sees it."""
    from hone_trainer.train.validation import Validation

    nothing = {"valLoss": float("nan"), "valAuc": 0.5}
    plain, seen = Validation.measure, []

    def validate(self: Any) -> dict[str, float]:
        seen.append(plain(self))
        return seen[-1] if len(seen) == 2 else nothing

    monkeypatch.setattr(Validation, "measure", validate)
    if keep == "best":
        report = clicks("train", {"train": run(keep=keep)})
        assert clicks.manifest(report).facts["keptEpoch"] == 2
    else:
        with pytest.raises(StageFailure, match="gives no finite validation loss"):
            clicks("train", {"train": run(keep=keep)})
