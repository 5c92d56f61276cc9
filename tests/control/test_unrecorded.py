"""A status that the cluster refuses stops no deadline and no deletion, and is told loudly."""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from hone.api.status import JobStatus
from hone.cluster.port import Key, Refused, Seen
from hone.control.reconcile import UNTAKEN, reconcile
from hone.plan.names import Place
from hone_trainer.contract.assignment import Metric, Progress
from tests.control.outlook import REPORT, Clock
from tests.fakes.cluster import FakeCluster
from tests.plan.builders import PREPARE, SITE, START, TRAIN

SAID = "OptimizationJob is invalid: status: too odd"
CHILD = ("shop", "demo-data-0-worker-a0")
PLACE = Place("data", 0, "worker", 0)


class Choosy(FakeCluster):
    """A cluster that does not take every status."""

    takes: Callable[[Mapping[str, Any]], bool] = staticmethod(lambda _: True)
    refusals = 0

    async def write_status(self, key: Key, seen: Seen, status: Mapping[str, Any]) -> None:
        if not self.takes(status):
            self.refusals += 1
            raise Refused(SAID)
        await super().write_status(key, seen, status)

    def status(self, key: Key) -> JobStatus:
        return JobStatus.model_validate(self.resources[key]["status"])


class Desk:
    """A job of such a cluster whose first stage runs."""

    def __init__(self, **stage: Any) -> None:
        self.cluster, self.clock = Choosy(), Clock(START)
        self.spec = {"stages": [{**PREPARE, **stage}, TRAIN]}
        self.key = self.cluster.apply("shop", "demo", self.spec)

    async def passes(self, times: int = 6) -> timedelta | None:
        """Reconcile so often, for longer than figures are held back, and give the last wish."""
        again = None
        for _ in range(times):
            self.clock.at += timedelta(seconds=6)
            again = await reconcile(self.cluster, self.key, self.clock, SITE)
        return again

    async def begin(self) -> None:
        await self.passes()
        self.cluster.start(CHILD)
        await self.passes(2)

    @property
    def status(self) -> JobStatus:
        return self.cluster.status(self.key)


@pytest.fixture
async def desk() -> Desk:
    made = Desk()
    await made.begin()
    return made


def never(_: Mapping[str, Any]) -> bool:
    return False


def conditions_alone(status: Mapping[str, Any]) -> bool:
    """Takes a status in which no gang has ended."""
    return all(g["state"] == "Running" for g in status["stages"][0]["gangs"])


def without_metrics(status: Mapping[str, Any]) -> bool:
    return not any(gang["metrics"] for stage in status["stages"] for gang in stage["gangs"])


@pytest.mark.parametrize("takes", [never, conditions_alone])
async def test_a_deadline_holds_though_its_status_is_refused(
    takes: Callable[[Mapping[str, Any]], bool],
) -> None:
    desk = Desk(activeDeadlineSeconds=600)
    await desk.begin()
    desk.cluster.takes = takes
    desk.clock.at += timedelta(seconds=600)
    await desk.passes()
    assert CHILD not in desk.cluster.jobs, "it ran longer than it may"
    created = desk.cluster.created.copy()
    assert await desk.passes() == UNTAKEN
    assert desk.cluster.created == created, "what must not run is not made again"


async def test_a_suspension_holds_though_its_status_is_refused(desk: Desk) -> None:
    desk.cluster.takes = never
    desk.cluster.apply("shop", "demo", desk.spec | {"suspend": True})
    await desk.passes()
    assert CHILD not in desk.cluster.jobs


async def test_a_refused_status_is_told_in_the_servers_words(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.cluster.takes = conditions_alone
    desk.cluster.end(CHILD, 0, 0, REPORT)
    with caplog.at_level(logging.ERROR):
        await desk.passes()
    stalled = desk.status.condition("Stalled")
    assert stalled
    assert (stalled.status, stalled.reason) == ("True", "RecordRefused")
    assert SAID in stalled.message
    assert any(SAID in each.message for _, each in desk.cluster.announced)
    assert SAID in caplog.text
    assert CHILD in desk.cluster.jobs, "the only witness of its end"


async def test_a_job_goes_on_once_its_status_is_taken_again(desk: Desk) -> None:
    desk.cluster.takes = conditions_alone
    desk.cluster.end(CHILD, 0, 0, REPORT)
    await desk.passes()
    desk.cluster.takes = lambda _: True
    await desk.passes(1)
    assert desk.status.stages[0].state == "Succeeded"
    assert not desk.status.holds("Stalled")


async def test_what_ended_is_recorded_without_what_pods_say(desk: Desk) -> None:
    desk.cluster.takes = without_metrics
    said = '"metrics": [{"name": "auc", "value": "0.9"}], "message": "done"'
    desk.cluster.end(CHILD, 0, 0, REPORT.replace('"message":"done"', said))
    assert "auc" in desk.cluster.pods["shop", f"{CHILD[1]}-0"]["status"].__repr__()
    await desk.passes()
    assert [stage.state for stage in desk.status.stages] == ["Succeeded", "Running"]
    assert desk.status.stages[0].gangs[0].manifest
    assert ("shop", "demo-train-0-worker-a0") in desk.cluster.jobs


async def test_figures_that_are_refused_hold_nothing_up(desk: Desk) -> None:
    desk.cluster.takes = without_metrics
    said = Progress(fraction=0.5, metrics=(Metric(name="auc", value="0.9"),))
    desk.cluster.progress[desk.key] = {PLACE: said}
    assert await desk.passes() != UNTAKEN
    assert desk.cluster.refusals
    desk.cluster.end(CHILD, 0, 0, REPORT)
    await desk.passes()
    assert desk.status.stages[0].state == "Succeeded"
