"""A child that the cluster refuses for good ends its job with the cluster's own words, once."""

from datetime import datetime, timedelta

import pytest

from hone.api.status import JobStatus
from hone.cluster.port import Key
from hone.control.reconcile import reconcile
from hone.plan.manifests import Manifest
from tests.fakes.cluster import FakeCluster
from tests.plan.builders import PREPARE, SITE, START, gang_train

SAID = "exceeded quota: jobs, requested: count/jobs.batch=1"


class Moment:
    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at


async def settle(cluster: FakeCluster, key: Key) -> int:
    """Reconcile until nothing asks for more; give the number of passes."""
    clock = Moment()
    for number in range(1, 30):
        again = await reconcile(cluster, key, clock, SITE)
        if again is None:
            return number
        clock.at += again
        if again > timedelta(seconds=3):
            return number
    raise AssertionError("never settles")


def status_of(cluster: FakeCluster, key: Key) -> JobStatus:
    return JobStatus.model_validate(cluster.resources[key]["status"])


async def test_the_job_fails_with_the_clusters_words() -> None:
    cluster = FakeCluster()
    key = cluster.apply("shop", "demo", {"stages": [PREPARE]})
    cluster.refuse = lambda _: SAID
    await settle(cluster, key)
    status = status_of(cluster, key)
    [gang] = status.stages[0].gangs
    assert (gang.state, gang.reason) == ("Failed", "Refused")
    assert SAID in gang.message
    failed = status.condition("Failed")
    assert failed
    assert (failed.status, failed.reason) == ("True", "Refused")
    assert SAID in failed.message
    assert "demo-data-0-worker-a0" in failed.message
    assert status.holds("Stalled")
    assert status.finished_at


async def test_nothing_is_asked_again() -> None:
    cluster = FakeCluster()
    key = cluster.apply("shop", "demo", {"stages": [PREPARE]})
    asked: list[str] = []

    def refuse(manifest: Manifest) -> str:
        asked.append(manifest["metadata"]["name"])
        return SAID

    cluster.refuse = refuse
    await settle(cluster, key)
    writes = cluster.writes
    for _ in range(5):
        assert await reconcile(cluster, key, Moment(), SITE) is None
    assert len(asked) == 1
    assert cluster.writes == writes
    told = [each for _, each in cluster.announced if each.type == "Warning"]
    assert len(told) == 1


@pytest.mark.parametrize("kind", ["Service", "Job"])
async def test_peers_of_a_refused_object_are_stopped(kind: str) -> None:
    cluster = FakeCluster()
    stage = gang_train(members=2, workers=2)
    key = cluster.apply("shop", "demo", {"stages": [PREPARE, stage]})
    await settle(cluster, key)
    first = ("shop", "demo-data-0-worker-a0")
    cluster.start(first)
    cluster.end(first, 0, 0, REPORT)

    def refuse(manifest: Manifest) -> str | None:
        last = manifest["metadata"]["name"] == "demo-train-1-worker-a0"
        return SAID if manifest["kind"] == kind and (kind == "Service" or last) else None

    cluster.refuse = refuse
    await settle(cluster, key)
    status = status_of(cluster, key)
    assert status.holds("Failed")
    assert {gang.state for gang in status.stages[1].gangs} == {"Failed"}
    assert not [name for name in cluster.jobs if "train" in name[1]]


REPORT = (
    '{"reason": "Succeeded", "manifest": {"name": "m", "uri": "s3://b/m", "sha256": "%s",'
    ' "sizeBytes": 1}}' % ("0" * 64)
)
