"""What another job made: asked for, told of stage by stage, and counted."""

import json
from typing import Any

import pytest

from hone.plan.events import announcements
from hone.plan.plan import Plan
from tests.plan.builders import PREPARE, TRAIN, decide, done, job, seen, settled

TAKEN: dict[str, Any] = {
    "reused": "shop/first/data",
    "message": "reused from shop/first/data: 9 rows",
}


def asked(made: Plan) -> Any:
    env = made.create[0]["spec"]["template"]["spec"]["containers"][0]["env"]
    return json.loads(next(each["value"] for each in env if each["name"] == "HONE_TASK"))


@pytest.mark.parametrize("said", [{}, {"reuse": True}, {"reuse": False}])
def test_pods_are_told_whether_to_look(said: dict[str, bool]) -> None:
    assert asked(settled(job(**said)))["reuse"] is said.get("reuse", True)


def test_the_status_says_what_was_taken_over_and_from_where() -> None:
    whole = job(PREPARE, TRAIN)
    running = settled(whole)
    made = decide(whole, seen(running.status, *done(**TAKEN)))
    (gang,) = made.status.stages[0].gangs
    assert (gang.state, gang.reused) == ("Succeeded", "shop/first/data")
    assert gang.manifest is not None
    assert made.status.stages[0].message == "reused from shop/first/data: 9 rows"
    assert made.status.reused == "1/2"
    told = [each.message for each in announcements(running.status, made.status)]
    assert told[0] == "stage data: reused from shop/first/data: 9 rows"


def test_later_stages_are_told_where_it_lies() -> None:
    whole = job(PREPARE, TRAIN)
    first = decide(whole, seen(settled(whole).status, *done(**TAKEN)))
    made = settled(whole, seen(first.status, *done(**TAKEN)))
    (source,) = asked(made)["sources"]
    assert source["manifest"]["uri"] == "s3://models/manifest"


def test_a_stage_of_which_a_member_was_made_is_not_counted() -> None:
    whole = job(PREPARE, {"name": "train", "train": TRAIN["train"] | {"members": 2}})
    first = decide(whole, seen(settled(whole).status, *done()))
    members = (*done("train", 0, **TAKEN), *done("train", 1))
    at_work = settled(whole, seen(first.status, *done()))
    some = decide(whole, seen(at_work.status, *done(), *members))
    assert some.status.holds("Complete")
    assert some.status.reused == ""
    assert [gang.reused for gang in some.status.stages[1].gangs] == ["shop/first/data", ""]


def test_nothing_is_said_where_nothing_was_taken_over() -> None:
    made = decide(job(), seen(settled(job()).status, *done()))
    assert made.status.reused == ""
    assert "reused" not in json.dumps(
        made.status.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    )
