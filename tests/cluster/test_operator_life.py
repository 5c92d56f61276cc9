"""How an operator starts, stops, stands by and takes over: processes on a real API server."""

import json
import os
from pathlib import Path

import pytest

from hone.cluster.kube_connection import MERGE
from hone.control.ending import LAST_SECONDS
from hone.control.relay import PATH
from lab.apiserver import Cluster
from tests.cluster.contract import DATA
from tests.cluster.kubelet import kubelet
from tests.cluster.process import Process, ask, leader, operator
from tests.cluster.real import RealGround, until
from tests.cluster.views import SPEC, children, complete, only, status

STUBBORN = """
import asyncio
from hone.control import doorbell

async def listen(*_):
    while True:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            pass

doorbell.listen = listen
"""
pytestmark = pytest.mark.api


async def test_another_takes_over_when_the_leader_is_killed(
    ground: RealGround, config: Path, log: Path
) -> None:
    first, second = only(ground, POD_NAME="first"), only(ground, POD_NAME="second")
    async with leader(config, log, **first) as one, operator(config, log, **second) as two:
        await until(two.stands_by)
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


async def test_no_post_is_lost_between_two_operators(
    ground: RealGround, config: Path, log: Path
) -> None:
    first, second = only(ground, POD_NAME="first"), only(ground, POD_NAME="second")
    async with (
        leader(config, log, **first) as one,
        operator(config, log, **second) as two,
        kubelet(ground, lambda _: None),
    ):
        await until(two.stands_by)
        key = await ground.apply("demo", SPEC)
        bearer = {"Authorization": f"Bearer {await ground.token(key, DATA)}"}

        async def posted(percent: int, where: Process) -> bool:
            body = json.dumps({"fraction": percent / 100}).encode()
            return (await ask(where.port, PATH, data=body, headers=bearer))[0] == 202

        async def told(percent: int) -> bool:
            found = (await status(ground, key)).stages
            return bool(found) and found[0].progress_percentage == percent

        await until(lambda: posted(1, two))  # once it has seen who leads
        for percent in range(2, 42):
            assert await posted(percent, (one, two)[percent % 2])
        await until(lambda: told(41))
        await one.kill()
        await until(lambda: posted(60, two))  # as pods do: again, until somebody hears
        await until(lambda: told(60))


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
        await ground.api.call("PATCH", path, body=taken, content_type=MERGE)
        assert await running.ended(15) == 1


async def test_a_part_that_heeds_no_end_does_not_keep_the_process(
    ground: RealGround, config: Path, log: Path, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(STUBBORN)
    python = {"PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"}
    async with leader(config, log, **python, **only(ground)) as running:
        path = ground.path("apis/coordination.k8s.io/v1", "leases", "hone-operator")
        taken = {"spec": {"holderIdentity": "usurper"}}
        await ground.api.call("PATCH", path, body=taken, content_type=MERGE)
        assert await running.ended(LAST_SECONDS + 15) == 1


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
