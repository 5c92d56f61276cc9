"""A failed job that is run again: what succeeded stays, what failed gets another attempt."""

from hone.plan.retry import retry
from hone_trainer.task import Report
from tests.plan.builders import PREPARE, TRAIN, broken, done, job, seen, settled

WHOLE = job(PREPARE, TRAIN)
FATAL = Report(reason="BadLabel", message="use 0 and 1")


def test_only_what_failed_runs_again() -> None:
    status = settled(WHOLE, seen(settled(WHOLE).status, *done())).status
    fatal = broken("train", exit_code=64, report=FATAL)
    status = settled(WHOLE, seen(status, *done(), *fatal)).status
    assert status.holds("Failed")
    again = retry(status)
    assert again.finished_at is None
    assert again.stages[0] == status.stages[0]
    assert again.stages[1].gangs[0].attempt == 1
    made = settled(WHOLE, seen(again, *done(), *fatal))
    assert [ref.name for ref in made.delete] == ["demo-train-0-worker-a0"]
    fresh = settled(WHOLE, seen(made.status, *done()))
    assert [m["metadata"]["name"] for m in fresh.create] == ["demo-train-0-worker-a1"]
    assert not fresh.status.holds("Failed")


def test_a_job_that_has_not_failed_stays_as_it_is() -> None:
    running = settled(WHOLE).status
    assert retry(running) is running
