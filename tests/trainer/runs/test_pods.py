"""A stage that a pod runs is on record, however it ends."""

from typing import Any

import pytest

from hone_trainer.__main__ import run
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.planned import Planned, PlannedStage
from hone_trainer.runs.reading import stored
from tests.trainer.conftest import CLICKS, Bench

PLANNED = Planned(spec={"seed": 0}, stages=(PlannedStage(name="data", kind="prepare"),))


def test_a_stage_that_succeeds_is_on_record_with_its_figures(run_stage: Bench) -> None:
    report = run(run_stage.task("data", CLICKS, planned=PLANNED))
    [found] = stored(run_stage.store)
    assert found.run.state == "Complete"
    word = found.run.steps[0].word
    assert word is not None
    assert (word.metrics, word.manifest) == (report.metrics, report.manifest)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"source": {"csv": {"uri": "/nowhere.csv"}}}, "InputNotFound"),
        ({"columns": [{"name": "nobody", "id": {}}]}, "ColumnNotFound"),
    ],
)
def test_a_stage_that_fails_is_on_record_with_the_reason(
    run_stage: Bench, changes: dict[str, Any], reason: str
) -> None:
    wrong = {"prepare": CLICKS["prepare"] | changes}
    with pytest.raises(StageFailure):
        run(run_stage.task("data", wrong, planned=PLANNED))
    [found] = stored(run_stage.store)
    assert found.run.state == "Failed"
    word = found.run.steps[0].word
    assert word is not None
    assert word.reason == reason


def test_an_attempt_that_finds_the_work_done_is_on_record_too(run_stage: Bench) -> None:
    more = (*PLANNED.stages, PlannedStage(name="train", kind="train"))
    planned = PLANNED.model_copy(update={"stages": more})
    made = run(run_stage.task("data", CLICKS, planned=planned)).manifest
    run(run_stage.task("data", CLICKS, planned=planned, attempt=1))
    [found] = stored(run_stage.store)
    assert [step.word and step.word.manifest for step in found.run.steps] == [made, made]
