"""A child that the cluster refuses holds its job up, and the status says why, until it is taken."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from hone.api.status import JobStatus
from hone.cluster.port import Invalid, Key
from hone.control.reconcile import reconcile
from hone.plan.manifests import Manifest
from tests.control.outlook import REPORT
from tests.fakes.cluster import FakeCluster
from tests.plan.builders import PREPARE, SITE, START, gang_train

SAID = "exceeded quota: jobs, requested: count/jobs.batch=1, used: count/jobs.batch={}"
FIRST = "demo-data-0-worker-a0"
NEVER = timedelta(days=3)


@dataclass
class Quota:
    """Refuses objects as long as it is exhausted."""

    kind: str = "Job"
    name: str = FIRST
    lifted: bool = False
    asked: Counter[str] = field(default_factory=Counter)
    invalid: bool = False

    def __call__(self, manifest: Manifest) -> Exception | str | None:
        name = manifest["metadata"]["name"]
        self.asked[name] += 1
        met = manifest["kind"] == self.kind and (self.kind == "Service" or name == self.name)
        said = SAID.format(self.asked[name])
        return None if self.lifted or not met else Invalid(said) if self.invalid else said


@dataclass
class Shop:
    """A cluster, a job in it, and a clock that passes go by."""

    cluster: FakeCluster
    key: Key
    at: datetime = START

    @classmethod
    def with_job(cls, *stages: object) -> "Shop":
        cluster = FakeCluster()
        return cls(cluster, cluster.apply("shop", "demo", {"stages": list(stages) or [PREPARE]}))

    def now(self) -> datetime:
        return self.at

    async def work(self, during: timedelta) -> JobStatus:
        """Reconcile for so long, whenever it wants to be."""
        end = self.at + during
        while self.at < end:
            again = await reconcile(self.cluster, self.key, self, SITE)
            self.at = min(end, self.at + again) if again else end
        return self.status

    @property
    def status(self) -> JobStatus:
        return JobStatus.model_validate(self.cluster.resources[self.key]["status"])

    @property
    def warnings(self) -> list[str]:
        return [each.reason for _, each in self.cluster.announced if each.type == "Warning"]


async def test_a_quota_is_waited_out_and_the_job_goes_on_by_itself() -> None:
    shop = Shop.with_job()
    quota = shop.cluster.refuse = Quota()
    status = await shop.work(timedelta(hours=1))
    assert "exceeded quota" in status.stages[0].message
    assert FIRST in status.stages[0].message
    assert not status.finished_at
    quota.lifted = True
    status = await shop.work(timedelta(minutes=3))
    assert ("shop", FIRST) in shop.cluster.jobs
    assert status.stages[0].gangs[0].refusal is None
    shop.cluster.start(("shop", FIRST))
    shop.cluster.end(("shop", FIRST), 0, 0, REPORT)
    assert (await shop.work(timedelta(minutes=3))).holds("Complete")


async def test_it_is_asked_for_less_often_each_time_and_told_once() -> None:
    shop = Shop.with_job()
    quota = shop.cluster.refuse = Quota()
    await shop.work(timedelta(hours=1))
    assert 30 <= quota.asked[FIRST] <= 40
    assert shop.warnings == ["Refused"], "how much is used changes all day"


async def test_what_is_invalid_fails_the_job_after_a_few_tries() -> None:
    shop = Shop.with_job()
    quota = shop.cluster.refuse = Quota(invalid=True)
    status = await shop.work(timedelta(minutes=5))
    assert quota.asked[FIRST] == 6
    failed = status.condition("Failed")
    assert failed
    assert (failed.status, failed.reason) == ("True", "Refused")
    assert "exceeded quota" in failed.message
    assert status.holds("Stalled")
    writes = shop.cluster.writes
    await shop.work(timedelta(hours=1))
    assert shop.cluster.writes == writes


async def test_another_operator_goes_on_in_the_same_rhythm() -> None:
    shop = Shop.with_job()
    quota = shop.cluster.refuse = Quota()
    await shop.work(timedelta(minutes=10))
    asked, writes = quota.asked[FIRST], shop.cluster.writes
    for _ in range(5):
        again = await reconcile(shop.cluster, shop.key, shop, SITE)
        assert again
        assert again > timedelta(seconds=1)
    assert (quota.asked[FIRST], shop.cluster.writes) == (asked, writes)


@pytest.mark.parametrize("kind", ["Service", "Job"])
async def test_peers_of_a_refused_object_go_on_as_far_as_they_can(kind: str) -> None:
    shop = Shop.with_job(PREPARE, gang_train(members=2, workers=2))
    await shop.work(timedelta(minutes=1))
    shop.cluster.start(("shop", FIRST))
    shop.cluster.end(("shop", FIRST), 0, 0, REPORT)
    quota = shop.cluster.refuse = Quota(kind, "demo-train-1-worker-a0")
    status = await shop.work(timedelta(minutes=1))
    made = sorted(name for _, name in shop.cluster.jobs if "train" in name)
    assert made == ([] if kind == "Service" else ["demo-train-0-worker-a0"])
    held = [gang.refusal is not None for gang in status.stages[1].gangs]
    assert held == ([True, True] if kind == "Service" else [False, True])
    quota.lifted = True
    await shop.work(timedelta(minutes=3))
    made = sorted(name for _, name in shop.cluster.jobs if "train" in name)
    assert made == ["demo-train-0-worker-a0", "demo-train-1-worker-a0"]


@pytest.mark.parametrize("kind", ["Service", "Job"])
async def test_a_taken_name_is_told_and_free_again_it_is_used(kind: str) -> None:
    shop = Shop.with_job(PREPARE, gang_train(members=1, workers=2))
    await shop.work(timedelta(minutes=1))
    shop.cluster.start(("shop", FIRST))
    shop.cluster.end(("shop", FIRST), 0, 0, REPORT)
    name = "demo-gang" if kind == "Service" else "demo-train-0-worker-a0"
    shelf = shop.cluster.services if kind == "Service" else shop.cluster.jobs
    shelf["shop", name] = {"metadata": {"name": name, "labels": {}, "uid": "foreign"}, "status": {}}
    status = await shop.work(timedelta(minutes=10))
    assert status.stages[1].message.startswith(f"waiting: {kind} {name} is there already")
    assert "rename this job" in status.stages[1].message
    assert shop.warnings == ["NameInUse"]
    assert shelf["shop", name]["metadata"]["uid"] == "foreign", "it is not ours to delete"
    del shelf["shop", name]
    status = await shop.work(timedelta(minutes=3))
    assert status.stages[1].gangs[0].jobs.keys() == {"demo-train-0-worker-a0"}


async def test_a_taken_name_ends_the_job_at_the_start_deadline() -> None:
    shop = Shop.with_job({**PREPARE, "startDeadlineSeconds": 60})
    meta = {"name": FIRST, "labels": {}, "uid": "foreign"}
    shop.cluster.jobs["shop", FIRST] = {"metadata": meta, "status": {}}
    failed = (await shop.work(timedelta(minutes=2))).condition("Failed")
    assert failed
    assert failed.reason == "StartDeadlineExceeded"
    assert f"Job {FIRST} is there already, made by somebody else" in failed.message


async def test_refused_pods_are_told_once_and_forgotten_when_they_are_there() -> None:
    shop = Shop.with_job()
    await shop.work(timedelta(minutes=1))
    for used in range(20):
        shop.cluster.hold_pods(("shop", FIRST), SAID.format(used))
        status = await shop.work(timedelta(minutes=1))
        assert SAID.format(used) in status.stages[0].message
    assert shop.warnings == ["PodsRefused"]
    shop.cluster.start(("shop", FIRST))
    assert (await shop.work(timedelta(minutes=1))).stages[0].message == "running"
