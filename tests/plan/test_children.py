"""Which children there should be: what was made is put on record first, what is forged goes."""

from dataclasses import replace

import pytest

from hone.plan.belief import digest
from hone.plan.plan import Plan
from hone.plan.world import World
from tests.plan.builders import (
    broken,
    child,
    decide,
    done,
    job,
    on_record,
    pod,
    report,
    seen,
    settled,
)

NAME = "demo-data-0-worker-a0"
RUNNING = settled(job()).status
ASKED = digest(settled(job()).create[0]["metadata"])


def world(*objects: object, made: bool = True) -> World:
    """A world whose Jobs nobody has put on record yet."""
    found = seen(RUNNING, *objects, services=frozenset())  # type: ignore[arg-type]
    jobs = tuple(replace(view, digest=ASKED if made else "forged") for view in found.jobs)
    return replace(found, status=RUNNING, jobs=jobs)


def recorded(made: Plan) -> dict[str, str]:
    return dict(made.status.stages[0].gangs[0].jobs)


def acted(found: World) -> Plan:
    """What is done about a world once what can be said of it is on record."""
    return decide(job(), replace(found, status=decide(job(), found).status))


def test_a_job_is_put_on_record_before_anything_follows_from_it() -> None:
    made = decide(job(), world(child()))
    assert recorded(made) == {NAME: f"uid-of-{NAME}"}
    assert not made.create
    assert not made.delete


def test_what_a_job_says_is_believed_in_the_write_that_records_it() -> None:
    made = decide(job(), world(*done()))
    assert made.status.holds("Complete")
    assert recorded(made)


def test_a_job_that_was_not_asked_for_is_removed_and_says_nothing() -> None:
    made = acted(world(*done(), made=False))
    assert recorded(made) == {}
    assert [(ref.name, ref.uid) for ref in made.delete] == [(NAME, f"uid-of-{NAME}")]
    assert not made.create, "its name is taken until it is gone"


def test_a_job_that_is_on_its_way_out_is_not_adopted() -> None:
    made = acted(world(child(terminating=True)))
    assert recorded(made) == {}
    assert not made.create, "its pods would run beside those of the other"
    assert made.status.stages[0].message == f"waiting: until Job {NAME} is gone"


def test_pods_of_a_job_that_is_not_on_record_say_nothing() -> None:
    [theirs, said] = done()
    made = decide(job(), seen(RUNNING, child(), replace(said, owner="uid-of-another")))
    assert made.status.stages[0].state == "Running"
    swapped = replace(theirs, uid="uid-of-another")
    status = on_record(RUNNING, child())
    lost = decide(job(), replace(seen(status), jobs=(swapped,)))
    assert lost.status.stages[0].gangs[0].attempt == 1, "the one on record is gone"


def test_a_job_that_somebody_deleted_restarts_its_gang() -> None:
    status = on_record(RUNNING, child())
    for left in ((), (child(terminating=True),)):
        gang = decide(job(), seen(status, *left)).status.stages[0].gangs[0]
        assert (gang.state, gang.attempt, gang.restarts.preemption) == ("Pending", 1, 1)
        assert gang.message == f"restarting: Job {NAME} was deleted by somebody else"


def test_the_next_attempt_waits_for_the_pods_of_the_last_and_begins_a_record_of_its_own() -> None:
    status = decide(job(), seen(RUNNING, *broken(exit_code=75))).status
    assert status.stages[0].gangs[0].jobs == {NAME: f"uid-of-{NAME}"}
    waiting = settled(job(), seen(status, pod(terminating=True)))
    assert waiting.status.stages[0].gangs[0].state == "Pending"
    started = settled(job(), seen(status)).status.stages[0].gangs[0]
    assert (started.state, started.jobs) == ("Running", {})


@pytest.mark.parametrize("attempt", [1, 77])
def test_a_job_of_an_attempt_that_nobody_began_is_removed(attempt: int) -> None:
    made = settled(job(), seen(RUNNING, child(), child(attempt=attempt, failed="no")))
    assert [ref.name for ref in made.delete] == [f"demo-data-0-worker-a{attempt}"]
    assert made.status.stages[0].gangs[0].attempt == 0


def test_a_report_is_worth_nothing_without_its_job() -> None:
    forged = pod(exit_code=0, phase="Succeeded", report=report(), attempt=3)
    made = settled(job(), seen(RUNNING, child(ready=1), forged))
    assert made.status.artifacts == ()
    assert made.status.stages[0].state == "Running"
