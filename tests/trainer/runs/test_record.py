"""How a run stands follows from the last attempt of each member, and from nothing else."""

import pytest

from hone_trainer.runs.record import Run, Step
from tests.trainer.runs.records import SPEC, STAGES, at, step

DONE = (step("data"), step("train", member=0), step("train", member=1))


def run(*steps: Step) -> Run:
    return Run(
        namespace="shop",
        job="clicks",
        uid="uid-1",
        started_at=at(0),
        spec=SPEC,
        stages=STAGES,
        steps=steps,
    )


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ((), "Unfinished"),
        ((step("data", ""),), "Unfinished"),
        (DONE[:2], "Unfinished"),
        (DONE, "Complete"),  # code of others says nothing, so nobody waits for it
        ((*DONE[:2], step("train", "GateFailed", member=1)), "Failed"),
        ((*DONE[:2], step("train", "", member=1)), "Unfinished"),
        ((step("data", "Crashed"),), "Failed"),
        ((step("data", "Crashed"), step("data", "", attempt=1)), "Unfinished"),
        ((step("data", "Crashed"), *(step("data", attempt=1), *DONE[1:])), "Complete"),
        # Ten is after nine, whichever is listed first.
        ((step("data", attempt=10), step("data", "Crashed", attempt=9), *DONE[1:]), "Complete"),
    ],
)
def test_the_state_is_that_of_the_last_attempts(steps: tuple[Step, ...], state: str) -> None:
    assert run(*steps).state == state


def test_a_run_has_ended_with_its_last_word_or_not_at_all() -> None:
    assert run(*DONE).ended_at == at(9)
    assert run(step("data", "Crashed", ended_at=at(4))).ended_at == at(4)
    assert run(*DONE[:2]).ended_at is None


def test_a_run_without_a_stage_that_reports_is_never_complete() -> None:
    assert run().model_copy(update={"stages": STAGES[2:]}).state == "Unfinished"


def test_what_a_later_version_says_besides_is_passed_over() -> None:
    told = run(*DONE).model_dump(mode="json", by_alias=True)
    told["more"] = 1
    told["steps"][0]["more"] = told["steps"][0]["word"]["more"] = 1
    assert Run.model_validate(told) == run(*DONE)
