"""Events: one per transition, none for figures."""

from hone.api.status import GangStatus, JobStatus, Refusal, StageStatus, State
from hone.plan.events import announcements
from hone.plan.refusal import refuse
from hone_trainer.contract.assignment import Progress, Report
from tests.plan.builders import (
    PREPARE,
    TRAIN,
    at,
    broken,
    child,
    decide,
    done,
    job,
    seen,
    settled,
)


def told(before: object, after: object) -> list[tuple[str, str]]:
    return [(each.type, each.reason) for each in announcements(before, after)]  # type: ignore[arg-type]


def test_a_stage_that_starts_is_told_once() -> None:
    running = settled(job()).status
    assert told(JobStatus(), running) == [("Normal", "StageRunning")]
    assert told(running, running) == []


def test_the_end_of_one_stage_and_the_start_of_the_next() -> None:
    whole = job(PREPARE, TRAIN)
    running = settled(whole).status
    after = decide(whole, seen(running, *done())).status
    assert told(running, after) == [("Normal", "StageSucceeded"), ("Normal", "StageRunning")]


def test_the_end_of_the_job_comes_last() -> None:
    running = settled(job()).status
    after = decide(job(), seen(running, *done())).status
    assert told(running, after)[-1] == ("Normal", "Complete")


def test_a_failure_is_a_warning_with_its_reason() -> None:
    running = settled(job()).status
    said = Report(reason="BadLabel", message="use 0 and 1")
    after = decide(job(), seen(running, *broken(exit_code=64, report=said))).status
    assert told(running, after) == [("Warning", "BadLabel")]
    (announcement,) = announcements(running, after)
    assert announcement.message == "stage data: use 0 and 1"


def test_a_restart_is_a_warning_that_says_why() -> None:
    running = settled(job()).status
    for why, told in (("", "a pod was evicted or its node went away"), ("preempted", "preempted")):
        pods = broken(disrupted=True, disruption=why)
        after = decide(job(), seen(running, *pods)).status
        (announcement,) = [a for a in announcements(running, after) if a.type == "Warning"]
        assert announcement.reason == "Restarting"
        assert announcement.message == f"stage data, member 0: restarting: {told}"


def test_a_replaced_pod_is_told_once() -> None:
    running = settled(job()).status
    gang = running.stages[0].gangs[0].model_copy(update={"replaced": 2})
    stage = running.stages[0].model_copy(update={"gangs": (gang,)})
    after = running.model_copy(update={"stages": (stage,)})
    (announcement,) = announcements(running, after)
    assert (announcement.type, announcement.reason) == ("Warning", "PodReplaced")
    assert announcement.message.endswith("a lost pod is replaced (2 so far); the gang goes on")
    assert told(after, after) == []


def test_figures_are_never_told() -> None:
    running = settled(job(), seen(settled(job()).status, child(ready=1))).status
    post = {child().place: Progress(fraction=0.5, message="half")}
    after = settled(job(), seen(running, child(ready=1), progress=post), seconds=30).status
    assert after != running
    assert told(running, after) == []


def test_a_refusal_is_told() -> None:
    assert told(JobStatus(), refuse(JobStatus(), 1, "no", at(0))) == [("Warning", "InvalidSpec")]


def refused(words: str | None, state: State = "Running") -> JobStatus:
    refusal = Refusal(reason="Refused", message=words) if words else None
    gang = GangStatus(state=state, refusal=refusal)
    return JobStatus(stages=(StageStatus(name="data", kind="prepare", state=state, gangs=(gang,)),))


def test_a_refusal_is_told_once_per_change_of_words() -> None:
    one = refused("quota q: used 7")
    assert told(refused(None), one) == [("Warning", "Refused")]
    assert told(one, refused("quota q: used 12")) == []
    assert told(one, refused("quota r: used 7")) == [("Warning", "Refused")]
    assert told(one, refused(None)) == []
    assert told(refused(None, "Failed"), refused("quota q: used 7", "Failed")) == []
