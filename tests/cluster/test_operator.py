"""The operator end to end: its own process, a real API server, pods that the test plays."""

import asyncio
import json
import random
from pathlib import Path

import pytest

from hone.plan import names
from hone_trainer.contract.assignment import Progress
from tests.cluster.contract import DATA
from tests.cluster.kubelet import kubelet
from tests.cluster.process import ask, leader
from tests.cluster.real import COLLECTED, JOBS, RealGround, until
from tests.cluster.views import CHILDREN, LONG, SPEC, children, complete, only, status
from tests.plan.builders import PREPARE
from tests.plan.test_payload import large

pytestmark = pytest.mark.api


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
        headers = {"Authorization": f"Bearer {token}"}
        url = "/v1/progress"

        async def posted(fraction: float) -> bool:
            body = json.dumps(Progress(fraction=fraction, message="reading").dump()).encode()
            return (await ask(running.port, url, data=body, headers=headers))[0] == 202

        await until(lambda: posted(0.1))  # once its Job is on record
        assert await posted(0.2)
        assert await posted(0.42), "at once, and the last one counts"
        bad = {"Authorization": f"Bearer {token[:-3]}"}
        assert (await ask(running.port, url, data=b"{}", headers=bad))[0] == 401

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


async def test_a_job_named_as_long_as_can_be_runs(
    ground: RealGround, config: Path, log: Path
) -> None:
    name = "j" * 48
    async with leader(config, log, **only(ground)), kubelet(ground):
        key = await ground.apply(name, {"stages": [PREPARE]})
        await complete(ground, key)
    assert set(await children(ground)) == {names.child(name, DATA)}


async def test_a_stage_that_is_too_large_for_a_variable_runs(
    ground: RealGround, config: Path, log: Path
) -> None:
    stage = large(500).spec.stages[0].model_dump(by_alias=True, exclude_none=True)
    async with leader(config, log, **only(ground)), kubelet(ground):
        key = await ground.apply("demo", {"stages": [stage]})
        await complete(ground, key)
    job = await ground.get("apis/batch/v1", "jobs", names.child("demo", DATA))
    assert job
    volumes = job["spec"]["template"]["spec"]["volumes"]
    [name] = [each["configMap"]["name"] for each in volumes if "configMap" in each]
    made = await ground.get("api/v1", "configmaps", name)
    assert made
    assert len(made["data"]["payload.json"]) > 400_000
