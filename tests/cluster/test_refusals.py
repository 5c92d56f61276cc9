"""What a real API server does not take: the status says why, and a job goes on by itself."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hone.api.status import JobStatus
from hone.cluster.port import Key
from hone.plan import names
from tests.cluster.contract import DATA
from tests.cluster.kubelet import kubelet
from tests.cluster.process import leader
from tests.cluster.real import JOBS, RealGround, until
from tests.cluster.views import SPEC, complete, failure, only, status
from tests.plan.builders import PREPARE

pytestmark = pytest.mark.api

CHILD = names.child("demo", DATA)
PATIENT = 240.0
"""Longer than the longest pause between two tries, ours or the Job controller's."""


async def quota(ground: RealGround, hard: Mapping[str, str]) -> None:
    """Let a quota be there, and be counted."""
    body = {"metadata": {"name": "tight"}, "spec": {"hard": hard}}
    await ground.api.call("POST", ground.path("api/v1", "resourcequotas"), body=body)

    async def counted() -> Any:
        found = await ground.get("api/v1", "resourcequotas", "tight")
        return (found or {}).get("status", {}).get("hard")

    await until(counted)


async def waits(ground: RealGround, key: Key, *words: str) -> JobStatus:
    """Wait until a stage says all of this."""

    async def told() -> JobStatus | None:
        found = await status(ground, key)
        assert not found.finished_at, found.condition("Failed")
        said = (stage.message for stage in found.stages)
        return found if any(all(word in text for word in words) for text in said) else None

    return await until(told)


async def warnings(ground: RealGround, key: Key) -> list[str]:
    """Reasons of the warnings about a job."""
    found = await ground.api.call("GET", ground.path("apis/events.k8s.io/v1", "events"))
    mine = (e for e in found["items"] if e.get("regarding", {}).get("name") == key.name)
    return [e["reason"] for e in mine if e["type"] == "Warning"]


@pytest.mark.parametrize(
    ("hard", "reason"), [({"count/jobs.batch": "0"}, "Refused"), ({"pods": "0"}, "PodsRefused")]
)
async def test_an_exhausted_quota_is_waited_out_and_the_job_goes_on_by_itself(
    ground: RealGround, config: Path, log: Path, hard: Mapping[str, str], reason: str
) -> None:
    await quota(ground, hard)
    async with leader(config, log, **only(ground)), kubelet(ground):
        key = await ground.apply("demo", SPEC)
        found = await waits(ground, key, CHILD, "exceeded quota: tight")
        assert found.stages[0].gangs[0].reason == reason
        await until(lambda: warnings(ground, key))
        await ground.api.call("DELETE", ground.path("api/v1", "resourcequotas", "tight"))
        done = await complete(ground, key, PATIENT)
    assert done.restarts == 0
    assert await warnings(ground, key) == [reason]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "account": ({"serviceAccountName": "nobody"}, 'serviceaccount "nobody" not found'),
    "priority": ({"priorityClassName": "none"}, "no PriorityClass with name none was found"),
    "runtime": ({"runtimeClassName": "none"}, 'RuntimeClass "none" not found'),
    "limit": ({"resources": {"limits": {"cpu": "9"}}}, "maximum cpu usage per Container is 1"),
}


async def test_refused_pods_are_told_and_end_at_the_start_deadline(
    ground: RealGround, config: Path, log: Path
) -> None:
    limits = {"limits": [{"type": "Container", "max": {"cpu": "1"}}]}
    body = {"metadata": {"name": "small"}, "spec": limits}
    await ground.api.call("POST", ground.path("api/v1", "limitranges"), body=body)
    async with leader(config, log, **only(ground)):
        for name, (stage, _) in REFUSED.items():
            await ground.apply(name, {"stages": [PREPARE | stage]})
            hasty = PREPARE | stage | {"startDeadlineSeconds": 5}
            await ground.apply(f"{name}-hasty", {"stages": [hasty]})
        for name, (_, said) in REFUSED.items():
            await waits(ground, Key(ground.namespace, name), said)
            ended = Key(ground.namespace, f"{name}-hasty")
            failed = await until(lambda ended=ended: failure(ground, ended))  # type: ignore[misc]
            assert failed.reason == "StartDeadlineExceeded"
            assert said in failed.message


@pytest.mark.parametrize("kind", ["Job", "Service"])
async def test_a_taken_name_is_told_and_used_once_it_is_free(
    ground: RealGround, config: Path, log: Path, kind: str
) -> None:
    name = CHILD if kind == "Job" else "demo-gang"
    pod = {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]}
    spec = {"template": {"spec": pod}} if kind == "Job" else {"ports": [{"port": 1}]}
    body = {"metadata": {"name": name}, "spec": spec}
    await ground.api.call("POST", ground.folder(kind), body=body)
    async with leader(config, log, **only(ground)), kubelet(ground):
        key = await ground.apply("demo", SPEC)
        await waits(ground, key, f"{kind} {name} is there already, made by somebody else")
        await until(lambda: warnings(ground, key))
        away = {"propagationPolicy": "Background"}
        await ground.api.call("DELETE", f"{ground.folder(kind)}/{name}", body=away)
        await complete(ground, key, PATIENT)
    assert set(await warnings(ground, key)) == {"NameInUse"}


async def test_what_a_deleted_job_left_behind_is_told_from_what_others_made(
    ground: RealGround, config: Path, log: Path
) -> None:
    async with leader(config, log, **only(ground)), kubelet(ground, fate=lambda _: None):
        key = await ground.apply("demo", SPEC)
        await until(lambda: ground.pod(key, DATA))
        path = ground.path(JOBS, "optimizationjobs", "demo")
        await ground.api.call("DELETE", path, body={"propagationPolicy": "Orphan"})

        async def orphan() -> bool:
            left = await ground.get("apis/batch/v1", "jobs", CHILD) or {"metadata": {}}
            gone = await ground.get(JOBS, "optimizationjobs", "demo") is None
            return gone and "ownerReferences" not in left["metadata"]

        await until(orphan)
        key = await ground.apply("demo", SPEC)
        await waits(ground, key, CHILD, "left behind by an earlier job of this name", "delete it")
