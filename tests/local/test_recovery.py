"""After a runner that was killed: its pods are found, ended, and count as disrupted."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hone.cluster.local_process import Trace
from tests.local.builders import DEADLINE, KEY, cluster, ended, gone, job, look, until

RUNNER = """
import asyncio, sys
from pathlib import Path
from tests.local.builders import KEY, cluster, job

async def main():
    here = cluster(Path(sys.argv[1]))
    await here.create(KEY, job("import time; print('ready', flush=True); time.sleep(600)", pods=2))
    await asyncio.sleep(600)

asyncio.run(main())
"""


async def killed_runner(root: Path, state: Path) -> list[Trace]:
    """Start a runner, kill it once its two pods run, and give their traces."""
    runner = subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(state)],
        cwd=root,
        env=dict(os.environ, PYTHONPATH=str(root)),
    )
    try:
        async with asyncio.timeout(DEADLINE):
            while sum("ready" in log.read_text() for log in state.glob("logs/*.log")) < 2:
                assert runner.poll() is None
                await asyncio.sleep(0.02)
    finally:
        runner.kill()
        runner.wait()
    traces = json.loads((state / "children.json").read_text())["traces"]
    return [Trace(**trace) for trace in traces.values()]


@pytest.mark.slow
async def test_pods_of_a_killed_runner_are_ended_and_disrupted(root: Path, tmp_path: Path) -> None:
    orphans = await killed_runner(root, tmp_path)
    assert [orphan.alive() for orphan in orphans] == [True, True]
    here = cluster(tmp_path)
    assert await here.recover(grace=10) == 2
    assert all(gone(orphan.pid) for orphan in orphans)
    seen = await look(here)
    assert [pod.disrupted for pod in seen.world.pods] == [True, True]
    assert seen.world.jobs[0].failed is not None


async def test_a_process_that_only_bears_the_number_survives(tmp_path: Path) -> None:
    here = cluster(tmp_path)
    await here.create(KEY, job("import time; time.sleep(600)"))
    record = json.loads((tmp_path / "children.json").read_text())
    (name,) = record["traces"]
    await here.close(grace=5)
    stranger = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    record["traces"][name] = {"pid": stranger.pid, "birth": "another boot:1"}
    (tmp_path / "children.json").write_text(json.dumps(record))
    after = cluster(tmp_path)
    assert await after.recover(grace=0.0) == 0
    assert stranger.communicate(b"still here")[0] == b"still here"
    assert (await look(after)).world.pods[0].disrupted


async def test_a_pod_that_never_started_is_started(tmp_path: Path) -> None:
    limits = {"limits": {"nvidia.com/gpu": "1"}}
    before = cluster(tmp_path, gpus=0)
    await before.create(KEY, job("print('now')", resources=limits))
    after = cluster(tmp_path, gpus=1)
    await after.recover()
    one, _ = await ended(after)
    assert one.complete


async def test_a_removal_that_was_cut_short_is_finished(tmp_path: Path) -> None:
    here = cluster(tmp_path)
    await here.create(KEY, job(""))
    await ended(here)
    record = json.loads((tmp_path / "children.json").read_text())
    record["jobs"]["demo-train-0-worker-a0"]["metadata"]["deletionTimestamp"] = "now"
    (tmp_path / "children.json").write_text(json.dumps(record))
    after = cluster(tmp_path)
    await after.recover()
    await until(after, lambda seen: not seen.world.jobs and not seen.world.pods)


async def test_children_of_another_job_of_that_name_are_dropped(tmp_path: Path) -> None:
    here = cluster(tmp_path)
    other = job("")
    other["metadata"]["ownerReferences"][0]["uid"] = "uid-0"
    await here.create(KEY, other)
    await here.close()
    after = cluster(tmp_path)
    await after.recover()
    seen = await look(after)
    assert not seen.world.jobs
    assert not after._node.children.jobs
    assert not list(tmp_path.glob("logs/*.log"))
