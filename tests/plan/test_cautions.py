"""What stages warn of is kept, shown and told, whatever it is about."""

from hone.plan.events import announcements
from hone_trainer.contract.assignment import Progress
from tests.plan.builders import PREPARE, TRAIN, child, decide, done, job, seen, settled

LEAK, RATES = "item predicts the label alone.", "the test part has one label only."


def test_what_a_stage_warns_of_is_a_condition_and_an_event_each() -> None:
    whole = job(PREPARE, TRAIN)
    running = settled(whole).status
    after = decide(whole, seen(running, *done(cautions=(LEAK, RATES)))).status
    assert after.stages[0].gangs[0].cautions == (LEAK, RATES)
    condition = after.condition("Caution")
    assert condition is not None
    assert (condition.status, condition.reason) == ("True", "StageCautions")
    assert condition.message == f"stage data: {LEAK} stage data: {RATES}"
    told = [a for a in announcements(running, after) if a.reason == "Caution"]
    assert [(a.type, a.message) for a in told] == [
        ("Warning", f"stage data: {LEAK}"),
        ("Warning", f"stage data: {RATES}"),
    ]


def test_a_warning_is_told_once_and_stays_when_the_job_completes() -> None:
    whole = job()
    running = settled(whole).status
    after = settled(whole, seen(running, *done(cautions=(LEAK,)))).status
    assert after.holds("Complete")
    assert after.holds("Caution")
    assert not [a for a in announcements(after, after) if a.reason == "Caution"]


def test_a_job_without_any_says_so() -> None:
    condition = settled(job()).status.condition("Caution")
    assert condition is not None
    assert (condition.status, condition.reason, condition.message) == ("False", "NoCautions", "")


def test_what_a_running_stage_warns_of_is_told_at_once() -> None:
    whole = job(PREPARE, TRAIN)
    running = settled(whole).status
    post = {child().place: Progress(fraction=0.1, cautions=(LEAK,))}
    after = decide(whole, seen(running, child(ready=1), progress=post)).status
    assert not after.holds("Complete")
    assert after.holds("Caution")
    post = {child().place: Progress(fraction=0.2)}
    again = decide(whole, seen(after, child(ready=1), progress=post)).status
    assert again.holds("Caution")
    assert not [a for a in announcements(after, again) if a.reason == "Caution"]
