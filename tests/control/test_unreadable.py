"""A record that cannot be read is told of, and nothing of the job is touched meanwhile."""

from copy import deepcopy
from typing import Any

import pytest

from hone.api.status import JobStatus
from hone.cluster.port import Key
from hone.control.reconcile import reconcile
from tests.control.outlook import Clock, play
from tests.fakes.cluster import FakeCluster
from tests.plan.builders import PREPARE, SITE, START, gang_train

SPEC = {"stages": [PREPARE, gang_train(members=2, workers=2)]}
NEWER = {"state": "Paused", "pausedBy": "version 9"}
"""What a newer operator might have written, before it was rolled back."""


class Desk:
    """A job whose stages run, in a cluster."""

    def __init__(self) -> None:
        self.cluster, self.clock = FakeCluster(), Clock(START)
        self.key = self.cluster.apply("shop", "demo", SPEC)

    async def passes(self, key: Key | None = None) -> None:
        for _ in range(5):
            await reconcile(self.cluster, key or self.key, self.clock, SITE)

    @property
    def stored(self) -> dict[str, Any]:
        found: dict[str, Any] = self.cluster.resources[self.key]["status"]
        return found

    def conditions(self) -> dict[str, dict[str, str]]:
        return {each["type"]: each for each in self.stored["conditions"]}


@pytest.fixture
async def desk() -> Desk:
    made = Desk()
    await made.passes()
    return made


def one_too_many(status: dict[str, Any]) -> None:
    status["stages"][0]["gangs"] *= 2


def newer(status: dict[str, Any]) -> None:
    status["stages"][0]["gangs"][0] |= NEWER


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (one_too_many, "status.stages[0].gangs: members [0, 0], where the spec has [0]"),
        (newer, "status.stages[0].gangs[0].state: must be "),
    ],
)
async def test_it_is_told_once_and_nothing_is_touched(desk: Desk, spoil: Any, what: str) -> None:
    spoil(desk.stored)
    before, children = deepcopy(desk.stored), deepcopy(desk.cluster.jobs)
    writes = desk.cluster.writes
    await desk.passes()
    said = desk.conditions()["Stalled"]
    assert (said["status"], said["reason"]) == ("True", "RecordUnreadable")
    assert said["message"].startswith(what)
    assert "kubectl patch --subresource=status" in said["message"]
    assert desk.conditions()["Accepted"] == before["conditions"][0], "what can be read is kept"
    assert {**desk.stored, "conditions": 0} == {**before, "conditions": 0}, "to the last word"
    assert desk.cluster.jobs == children
    assert desk.cluster.writes == writes + 1
    told = [each for _, each in desk.cluster.announced if each.reason == "RecordUnreadable"]
    assert [each.type for each in told] == ["Warning"]


async def test_other_jobs_go_on(desk: Desk) -> None:
    newer(desk.stored)
    other = desk.cluster.apply("shop", "other", SPEC)
    await desk.passes()
    await desk.passes(other)
    assert ("shop", "other-data-0-worker-a0") in desk.cluster.jobs


@pytest.mark.parametrize("remedy", ["the newer operator", "stages taken out"])
async def test_the_job_goes_on_once_its_record_can_be_read(desk: Desk, remedy: str) -> None:
    good = deepcopy(desk.stored)
    newer(desk.stored)
    await desk.passes()
    if remedy == "the newer operator":
        desk.stored["stages"] = good["stages"]
    else:
        del desk.stored["stages"]
    status: JobStatus = play(desk.cluster, desk.key, desk.clock)
    assert status.holds("Complete")
    assert not status.holds("Stalled")
