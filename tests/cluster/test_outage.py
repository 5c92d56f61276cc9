"""The API server goes away for a while: the operator waits, and goes on where it was."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hone.cluster.kube_connection import Connection
from hone.cluster.port import Unavailable
from lab import apiserver, probes
from lab.apiserver import Cluster
from lab.faults import Missing
from lab.processes import Component
from lab.pytest_plugin import without
from tests.cluster.definition import define
from tests.cluster.kubelet import kubelet
from tests.cluster.process import leader, login
from tests.cluster.real import RealGround, until
from tests.plan.builders import PREPARE, gang_train

pytestmark = [pytest.mark.api, pytest.mark.slow]


@pytest.fixture
def server() -> Iterator[Cluster]:
    """An API server of our own, for it does not survive."""
    try:
        with apiserver.running() as cluster:
            define(cluster)
            yield cluster
    except Missing as missing:
        without(missing)


def kill(server: Cluster) -> Component:
    """End the API server with no time for anything."""
    assert server.plane
    [component] = [c for c in server.plane.running if c.name == "kube-apiserver"]
    component.process.kill()
    component.process.wait()
    return component


def restart(server: Cluster, dead: Component) -> None:
    """Start it again as it was."""
    assert server.plane
    server.plane.running.remove(dead)
    with dead.log.open("ab") as output:
        process = subprocess.Popen(
            dead.process.args, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    component = Component("kube-apiserver", process, dead.log)
    server.plane.running.insert(1, component)
    ready = probes.answering(f"{server.plane.server}/readyz", server.plane.authority.ca.cert)
    component.await_ready(ready)


async def test_an_outage_costs_time_and_nothing_else(server: Cluster, tmp_path: Path) -> None:
    log = tmp_path / "log"
    async with await Connection.open(str(server.kubeconfig)) as connection:
        ground = RealGround(connection)
        await ground.prepare()
        variables = {"HONE_LEASE_SECONDS": "120", "POD_NAMESPACE": ground.namespace}
        async with leader(login(server), log, **variables) as running:
            key = await ground.apply("demo", {"stages": [PREPARE, gang_train()]})

            async def begun() -> bool:
                seen = await ground.cluster.observe(key)
                return seen is not None and bool(seen.world.jobs)

            await until(begun)
            dead = kill(server)
            with pytest.raises(Unavailable):
                await ground.cluster.observe(key)
            await asyncio.sleep(3)  # long enough for watches and the lease to notice
            assert (await running.ask("/healthz"))[0] == 200, "a restart would not help"
            restart(server, dead)
            async with kubelet(ground):

                async def complete() -> bool:
                    seen = await ground.cluster.observe(key)
                    return seen is not None and seen.world.status.holds("Complete")

                assert await until(complete, 120)
            assert running.process.returncode is None, log.read_text()[-4000:]
            seen = await ground.cluster.observe(key)
            assert seen
            assert seen.world.status.restarts == 0
