"""Loops over a cluster in memory whose pods take over what an earlier job of the namespace made."""

import json
from datetime import timedelta
from typing import Any

from hone.api.status import JobStatus
from hone.cluster.port import Key
from hone.control.reconcile import reconcile
from hone_trainer.contract.assignment import Artifact, Report
from tests.control.outlook import Clock
from tests.fakes.cluster import FakeCluster
from tests.plan.builders import FUSE, PREPARE, SITE, START, gang_train

STAGES = [PREPARE, gang_train(members=2, workers=2), FUSE]


class House:
    """A cluster whose pods keep what was made by what went in, as the trainer does in its store."""

    def __init__(self) -> None:
        self.cluster, self.clock = FakeCluster(), Clock(START)
        self.shelf: dict[str, Report] = {}
        """All that decides an output -> the report of who made it."""
        self.worked: list[str] = []

    async def run(self, name: str, stages: list[Any], **spec: Any) -> JobStatus:
        """Run a job to its end."""
        key = self.cluster.apply("shop", name, {"stages": stages, **spec})
        for _ in range(60):
            self.clock.at += timedelta(seconds=6)
            await reconcile(self.cluster, key, self.clock, SITE)
            self._work(key)
            status = JobStatus.model_validate(self.cluster.resources[key]["status"])
            if status.finished_at:
                return status
        raise AssertionError("the job never ends")

    def _work(self, key: Key) -> None:
        """Have the pods of all Jobs do their work, and end."""
        mine = [name for name, job in self.cluster.jobs.items() if not job["status"]]
        for name in mine:
            self.cluster.start(name)
            task = self._task(name)
            report = self._report(key, task)
            for index in range(self.cluster.jobs[name]["spec"]["completions"]):
                self.cluster.end(name, index, 0, (Report() if index else report).encode())

    def _task(self, name: tuple[str, str]) -> Any:
        (container,) = self.cluster.jobs[name]["spec"]["template"]["spec"]["containers"]
        return json.loads(next(e["value"] for e in container["env"] if e["name"] == "HONE_TASK"))

    def _report(self, key: Key, task: Any) -> Report:
        inputs = [source["manifest"]["uri"] for source in task["sources"]]
        what = json.dumps([task["run"], task["member"], task["seed"], inputs])
        found = self.shelf.get(what) if task["reuse"] else None
        if found is not None:
            return found.model_copy(update={"reused": f"shop/of/{task['stage']}"})
        self.worked.append(f"{key.name}/{task['stage']}")
        uri = f"s3://models/{key.name}/{task['stage']}/{task['member']}"
        made = Artifact(name="manifest", uri=uri, sha256="0" * 64, size_bytes=1)
        self.shelf[what] = Report(manifest=made, artifacts=(made,))
        return self.shelf[what]


async def test_the_same_job_under_another_name_takes_everything_over() -> None:
    house = House()
    first = await house.run("first", STAGES)
    assert first.holds("Complete")
    assert first.reused == ""
    house.worked.clear()
    second = await house.run("second", STAGES)
    assert second.holds("Complete")
    assert house.worked == []
    assert second.reused == "3/3"
    gangs = [gang for stage in second.stages for gang in stage.gangs]
    assert {gang.reused for gang in gangs} == {"shop/of/data", "shop/of/train", "shop/of/fuse"}
    assert all(gang.manifest and "/first/" in gang.manifest.uri for gang in gangs)
    assert {artifact.uri for artifact in second.artifacts} == {a.uri for a in first.artifacts}
    told = [a.message for key, a in house.cluster.announced if key.name == "second"]
    assert "all stages succeeded" in told[-1]


async def test_what_comes_after_an_edit_runs_and_what_comes_before_does_not() -> None:
    house = House()
    await house.run("first", STAGES)
    house.worked.clear()
    other = {"name": "fuse", "fuse": {"weightedAverage": {}}}
    second = await house.run("second", [*STAGES[:2], other])
    assert house.worked == ["second/fuse"]
    assert second.reused == "2/3"


async def test_a_job_may_refuse_to_take_anything_over() -> None:
    house = House()
    await house.run("first", STAGES)
    house.worked.clear()
    second = await house.run("second", STAGES, reuse=False)
    assert house.worked == ["second/data", "second/train", "second/train", "second/fuse"]
    assert second.reused == ""
