"""A failed job of a real cluster, tried again from the command line and by a number in its spec."""

import asyncio
import io
from pathlib import Path
from typing import Any

import pytest

from hone.cluster.kube_connection import MERGE
from hone.cluster.port import Invalid, Key
from hone.door.retry import OK, WRONG, Request, main
from lab.apiserver import Cluster
from tests.cluster.kubelet import kubelet
from tests.cluster.process import leader
from tests.cluster.real import JOBS, RealGround, until
from tests.cluster.views import children, complete, failure, only, status
from tests.plan.builders import PREPARE, TRAIN

pytestmark = pytest.mark.api

SPEC = {"stages": [PREPARE, TRAIN]}
FIRST, SECOND = "demo-data-0-worker-a0", "demo-train-0-worker-a{}"


def say(server: Cluster, name: str, namespace: str) -> tuple[int, str]:
    """Run `hone retry`; give its exit code and what it said."""
    out = io.StringIO()
    around = {"KUBECONFIG": str(server.kubeconfig)}
    return main(Request(name, namespace, around), out, out), out.getvalue()


async def ask(server: Cluster, key: Key) -> tuple[int, str]:
    """The same, beside a running loop."""
    return await asyncio.to_thread(say, server, key.name, key.namespace)


async def raised(ground: RealGround, key: Key, spec: dict[str, Any]) -> None:
    """Change the spec as GitOps does."""
    path = ground.path(JOBS, "optimizationjobs", key.name)
    await ground.api.call("PATCH", path, body={"spec": spec}, content_type=MERGE)


async def test_a_failed_job_goes_on_at_the_stage_that_failed(
    ground: RealGround, config: Path, log: Path, server: Cluster
) -> None:
    broken = True

    def fate(pod: dict[str, Any]) -> int | None:
        return 64 if broken and "-train-" in pod["metadata"]["name"] else 0

    async with leader(config, log, **only(ground)), kubelet(ground, fate):
        key = await ground.apply("demo", SPEC)
        await until(lambda: failure(ground, key))
        before = await children(ground)
        code, said = await ask(server, key)
        assert (code, f"{key} is tried again from stage train (spec.retry: 1)" in said) == (
            OK,
            True,
        )

        async def again() -> bool:
            found = await status(ground, key)
            return found.holds("Failed") and found.stages[1].gangs[0].attempt == 1

        await until(again)
        broken = False
        await raised(ground, key, {"retry": 2})

        async def taken_up() -> bool:
            return (await status(ground, key)).retry == 2

        await until(taken_up)
        done = await complete(ground, key)
    assert done.retry == 2
    assert [stage.gangs[0].attempt for stage in done.stages] == [0, 2]
    after = await children(ground)
    assert after[FIRST] == before[FIRST], "the first stage did not run again"
    assert set(after) == {FIRST, SECOND.format(2)}
    assert '"level": "ERROR"' not in log.read_text()


async def test_what_is_not_to_be_tried_again_says_why(ground: RealGround, server: Cluster) -> None:
    key = await ground.apply("demo", SPEC)
    for name, words in (("demo", "has not failed: it is at its start"), ("nobody", "there is no")):
        code, said = await ask(server, Key(key.namespace, name))
        assert code == WRONG
        assert words in said
    raw = await ground.get(JOBS, "optimizationjobs", "demo")
    assert raw
    assert raw["spec"]["retry"] == 0


async def test_the_number_only_grows(ground: RealGround) -> None:
    key = await ground.apply("demo", SPEC)
    await raised(ground, key, {"retry": 2})
    for less in (1, None):
        with pytest.raises(Invalid, match=r"spec\.retry only grows; give it a number above"):
            await raised(ground, key, {"retry": less})
    await raised(ground, key, {"retry": 2, "suspend": True})


def test_a_cluster_that_is_not_there_is_told(tmp_path: Path) -> None:
    out = io.StringIO()
    around = {"KUBECONFIG": str(tmp_path / "missing")}
    assert main(Request("demo", None, around), out, out) == WRONG
    assert "the cluster does not answer" in out.getvalue()
