"""The operator end to end: its own process, a real API server, pods that the test plays."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hone.api.status import JobStatus
from hone.cluster.kube_connection import Connection
from hone.cluster.port import Key
from hone.plan import names
from hone_trainer.task import Progress
from lab.apiserver import Cluster
from tests.cluster.contract import DATA
from tests.cluster.kubelet import kubelet
from tests.cluster.process import ask, leader, login, operator
from tests.cluster.real import COLLECTED, JOBS, RealGround, until
from tests.plan.builders import PREPARE, gang_train

pytestmark = pytest.mark.api

SPEC: dict[str, Any] = {"stages": [PREPARE, gang_train()]}
CHILDREN = {"demo-data-0-worker-a0", "demo-train-0-worker-a0", "demo-train-1-worker-a0"}
LONG = 90.0


@pytest.fixture
async def ground(server: Cluster) -> AsyncIterator[RealGround]:
    async with await Connection.open(str(server.kubeconfig)) as connection:
        real = RealGround(connection)
        await real.prepare()
        yield real


@pytest.fixture
def config(server: Cluster) -> Path:
    return login(server)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "operator.log"


def only(ground: RealGround, **more: str) -> dict[str, str]:
    """Variables of an operator that serves this ground alone."""
    where = {"HONE_NAMESPACES": ground.namespace, "POD_NAMESPACE": ground.namespace}
    return where | {"POD_NAME": "op"} | more


async def status(ground: RealGround, key: Key) -> JobStatus:
    raw = await ground.get(JOBS, "optimizationjobs", key.name)
    return JobStatus.model_validate((raw or {}).get("status") or {})


async def complete(ground: RealGround, key: Key, seconds: float = LONG) -> JobStatus:
    async def look() -> JobStatus | None:
        found = await status(ground, key)
        assert not found.holds("Failed"), found.condition("Failed")
        return found if found.holds("Complete") else None

    return await until(look, seconds)


async def children(ground: RealGround) -> dict[str, str]:
    """Names of the child Jobs, each with its uid."""
    found = await ground.api.call("GET", ground.folder("Job"))
    return {item["metadata"]["name"]: item["metadata"]["uid"] for item in found["items"]}


@pytest.mark.parametrize("everywhere", [False, True])
async def test_a_job_goes_from_apply_to_complete(
    ground: RealGround, config: Path, log: Path, everywhere: bool
) -> None:
    variables = only(ground) | ({"HONE_NAMESPACES": ""} if everywhere else {})
    async with leader(config, log, **variables) as running, kubelet(ground):
        key = await ground.apply("demo", SPEC)
        found = await complete(ground, key)
        _, metrics = await running.ask("/metrics")
    assert [stage.state for stage in found.stages] == ["Succeeded", "Succeeded"]
    assert (found.progress, found.restarts) == ("100%", 0)
    assert set(await children(ground)) == CHILDREN
    assert 'hone_reconciles_total{result="failed"} 0.0' in metrics
    assert '"level": "ERROR"' not in log.read_text()
    raw = await ground.get(JOBS, "optimizationjobs", "demo")
    assert raw
    assert not {"annotations", "finalizers"} & raw["metadata"].keys()


async def test_an_operator_that_is_killed_again_and_again_loses_nothing(
    ground: RealGround, config: Path, log: Path
) -> None:
    rng = random.Random(7)
    seen: dict[str, set[str]] = {}
    key = await ground.apply("demo", SPEC)

    async def done() -> bool:
        for name, uid in (await children(ground)).items():
            seen.setdefault(name, set()).add(uid)
        return (await status(ground, key)).holds("Complete")

    kills = 0
    async with kubelet(ground, pace=0.3):
        async with asyncio.timeout(LONG):
            while not await done():
                async with leader(config, log, **only(ground)) as running:
                    for _ in range(rng.randint(1, 25)):
                        await asyncio.sleep(0.02)
                        if await done():
                            break
                    await running.kill()
                    kills += 1
    assert kills >= 3
    found = await status(ground, key)
    assert (found.restarts, found.progress) == (0, "100%")
    assert {name: len(uids) for name, uids in seen.items()} == dict.fromkeys(CHILDREN, 1)


async def test_another_takes_over_when_the_leader_is_killed(
    ground: RealGround, config: Path, log: Path
) -> None:
    first, second = only(ground, POD_NAME="first"), only(ground, POD_NAME="second")
    async with leader(config, log, **first) as one, operator(config, log, **second) as two:
        await until(two.stands_by)
        assert (await ask(two.port, "/v1/progress", data=b"{}"))[0] == 503
        key = await ground.apply("demo", SPEC)
        await until(lambda: children(ground))
        await one.kill()
        await until(two.leads)
        async with kubelet(ground):
            await complete(ground, key)
        lease = await ground.get("apis/coordination.k8s.io/v1", "leases", "hone-operator")
        assert lease
        assert lease["spec"]["holderIdentity"] == "second"
        assert lease["spec"]["leaseTransitions"] == 1


async def test_asked_to_stop_it_lets_go_and_ends_well(
    ground: RealGround, config: Path, log: Path
) -> None:
    async with leader(config, log, **only(ground, HONE_LEASE_SECONDS="60")) as running:
        await ground.apply("demo", SPEC)
        await until(lambda: children(ground))
        assert await running.terminate(10) == 0
    lease = await ground.get("apis/coordination.k8s.io/v1", "leases", "hone-operator")
    assert lease
    assert lease["spec"]["holderIdentity"] == ""
    async with leader(config, log, **only(ground, POD_NAME="next", HONE_LEASE_SECONDS="60")):
        pass  # it leads at once, though the lease was one of a minute
    assert "ERROR" not in log.read_text()


async def test_standing_by_it_ends_well_too(ground: RealGround, config: Path, log: Path) -> None:
    async with (
        leader(config, log, **only(ground, POD_NAME="first")),
        operator(config, log, **only(ground, POD_NAME="second")) as two,
    ):
        await until(two.stands_by)
        assert await two.terminate(10) == 0


async def test_a_lost_lease_ends_the_process(ground: RealGround, config: Path, log: Path) -> None:
    async with leader(config, log, **only(ground)) as running:
        path = ground.path("apis/coordination.k8s.io/v1", "leases", "hone-operator")
        taken = {"spec": {"holderIdentity": "usurper"}}
        merge = "application/merge-patch+json"
        await ground.api.call("PATCH", path, body=taken, content_type=merge)
        assert await running.ended(15) == 1


async def test_deleting_a_job_removes_what_it_ran(
    ground: RealGround, config: Path, log: Path
) -> None:
    async with leader(config, log, **only(ground)), kubelet(ground, fate=lambda _: None):
        key = await ground.apply("demo", SPEC)
        await until(lambda: ground.pod(key, DATA))
        await ground.remove(key)
        assert await ground.get(JOBS, "optimizationjobs", "demo") is None, "nothing holds it back"

        async def empty() -> bool:
            pods = await ground.api.call("GET", ground.path("api/v1", "pods"))
            return not (await children(ground) or pods["items"])

        assert await until(empty, COLLECTED)


async def test_a_pod_tells_its_progress(ground: RealGround, config: Path, log: Path) -> None:
    async with leader(config, log, **only(ground)) as running, kubelet(ground, lambda _: None):
        key = await ground.apply("demo", SPEC)
        token = await ground.token(key, DATA)
        body = json.dumps(Progress(fraction=0.42, message="row 42 of 100").dump()).encode()
        headers = {"Authorization": f"Bearer {token}"}
        url = "/v1/progress"
        assert (await ask(running.port, url, data=body, headers=headers))[0] == 202
        assert (await ask(running.port, url, data=body, headers=headers))[0] == 429
        bad = {"Authorization": f"Bearer {token[:-3]}"}
        assert (await ask(running.port, url, data=body, headers=bad))[0] == 401

        async def told() -> bool:
            found = (await status(ground, key)).stages
            return bool(found) and found[0].progress_percentage == 42

        assert await until(told)
        assert token not in log.read_text()


async def test_an_idle_operator_writes_nothing(ground: RealGround, config: Path, log: Path) -> None:
    async with leader(config, log, **only(ground, HONE_RESYNC_SECONDS="0.5")), kubelet(ground):
        key = await ground.apply("demo", SPEC)
        await complete(ground, key)
        before = await ground.get(JOBS, "optimizationjobs", "demo")
        await asyncio.sleep(3)  # six rounds over all jobs
        assert await ground.get(JOBS, "optimizationjobs", "demo") == before


async def test_without_rights_it_names_them_and_ends(
    server: Cluster, ground: RealGround, log: Path
) -> None:
    assert server.plane
    powerless = server.plane.login("nobody", "nobody")
    async with operator(powerless, log, **only(ground)) as running:
        assert await running.ended(30) == 2
    said = log.read_text()
    for right in ("patch optimizationjobs/status", "create jobs.batch", "update leases"):
        assert f"no right to {right}" in said
    assert f"in namespace {ground.namespace}" in said


async def test_a_job_named_as_long_as_can_be_runs(
    ground: RealGround, config: Path, log: Path
) -> None:
    name = "j" * 48
    async with leader(config, log, **only(ground)), kubelet(ground):
        key = await ground.apply(name, {"stages": [PREPARE]})
        await complete(ground, key)
    assert set(await children(ground)) == {names.child(name, DATA)}
