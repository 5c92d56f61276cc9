"""How far a whole job is: weights, and that it never goes back."""

from typing import Any

import pytest

from hone.api.job import StageSpec
from hone.api.status import JobStatus, StageStatus
from hone.plan.lengths import share
from hone_trainer.contract.assignment import Progress
from tests.plan.builders import FUSE, PREPARE, TRAIN, broken, child, done, job, seen, settled

WHOLE = job(PREPARE, TRAIN, FUSE)


def stages(*percents: int) -> list[StageStatus]:
    """The first stages of a job, this far each; at 100 one is done."""
    return [
        StageStatus(
            name=spec.name,
            kind=spec.kind,
            state="Succeeded" if percent == 100 else "Running",
            progress_percentage=percent,
        )
        for spec, percent in zip(WHOLE.spec.stages, percents, strict=True)
    ]


def length(stage: dict[str, Any]) -> float:
    spec = StageSpec.model_validate({"name": "it", **stage})
    return float(spec.value.usual_seconds())


def trained(**asked: Any) -> float:
    return length({"train": TRAIN["train"] | asked})


def test_a_training_counts_for_more_than_what_is_done_in_seconds() -> None:
    assert share(WHOLE.spec.stages, stages(100, 0, 0), "") == "14%"
    assert share(WHOLE.spec.stages, stages(100, 50, 0), "") == "50%"
    assert share(WHOLE.spec.stages, stages(100, 100, 0), "") == "85%"


@pytest.mark.parametrize(
    ("before", "said"),
    [("", "14%"), ("7%", "14%"), ("60%", "60%"), ("100%", "99%"), ("soon", "14%"), ("²%", "14%")],
)
def test_what_was_said_before_is_never_taken_back(before: str, said: str) -> None:
    assert share(WHOLE.spec.stages, stages(100, 0, 0), before) == said


def test_all_of_it_is_said_at_the_end_alone() -> None:
    assert share(WHOLE.spec.stages, stages(100, 100, 99), "") == "99%"
    assert share(WHOLE.spec.stages, stages(100, 100, 100), "50%") == "100%"


def test_what_is_asked_for_weighs() -> None:
    rates = [{"techniques": [{"prune": {"sparsity": s / 10}}]} for s in range(1, 5)]
    few, many = ({"compress": {"candidates": rates[:n]}} for n in (1, 4))
    assert length(many) > length(few)
    assert length({"evaluate": {"baseline": "linear"}}) > length({"evaluate": {}})
    assert trained(epochs=10) < trained(epochs=20)
    assert trained(members=4, parallelism=1) == 4 * trained(members=4)


def test_epochs_that_most_trainings_never_reach_do_not_weigh() -> None:
    assert trained(epochs=10_000) == trained(epochs=20)
    assert trained(epochs=100, patience=100) > trained(epochs=20)


def test_stages_that_others_made_count_as_done_at_once() -> None:
    taken = done(reused="shop/first/data", message="reused from shop/first/data")
    status = settled(WHOLE, seen(settled(WHOLE).status, *taken)).status
    assert (status.reused, status.progress) == ("1/3", "14%")


def test_a_job_never_goes_back_over_restarts_and_another_operator() -> None:
    status, told = settled(WHOLE).status, list[int]()
    place = child("train").place
    worlds: list[tuple[Any, ...]] = [
        (done(), {}),
        ((*done(), child("train", ready=1)), {place: Progress(fraction=0.8)}),
        ((*done(), child("train", ready=1)), {place: Progress(fraction=0.1)}),
        ((*done(), *broken("train", exit_code=137)), {}),
        (done(), {}),
        ((*done(), child("train", attempt=1, ready=1)), {}),
        ((*done(), *done("train", attempt=1)), {}),
        ((*done(), *done("train", attempt=1), *done("fuse")), {}),
    ]
    for index, (objects, posts) in enumerate(worlds):
        world = seen(status, *objects, progress=posts)
        status = settled(WHOLE, world, seconds=60 * (index + 1)).status
        status = JobStatus.model_validate_json(status.model_dump_json(by_alias=True))
        told.append(int(status.progress.removesuffix("%")))
    assert told == sorted(told)
    assert told[:2] == [14, 71]
    assert told[-2] < told[-1] == 100
