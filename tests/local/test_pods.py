"""Pods as processes: how they succeed, fail, report, find each other and go."""

import asyncio
import json
import tempfile
from pathlib import Path

import pytest

from hone.cluster.local_node import STOPPED
from hone.cluster.port import Caller, Cluster, Conflict, Gone, Key
from hone.plan.manifests import Ref
from hone_trainer.contract.assignment import Report
from tests.local.builders import DEADLINE, KEY, REPORT, cluster, ended, job, look, place, until

SLEEP = "import time; time.sleep(600)"


async def test_it_keeps_the_protocol(tmp_path: Path) -> None:
    here: Cluster = cluster(tmp_path)
    assert await here.observe(Key("other", "demo")) is None


async def test_a_pod_runs_and_its_job_completes(tmp_path: Path) -> None:
    here = cluster(tmp_path)
    await here.create(KEY, job("print('hello')"))
    one, (pod,) = await ended(here)
    assert one.complete
    assert one.succeeded == 1
    assert (pod.phase, pod.exit_code, pod.place) == ("Succeeded", 0, place())
    assert (tmp_path / "logs" / f"{pod.name}.log").read_text() == "hello\n"


async def test_the_report_is_read_from_the_termination_message(tmp_path: Path) -> None:
    here = cluster(tmp_path)
    said = Report(message="done").encode()
    await here.create(KEY, job(REPORT % said))
    _, (pod,) = await ended(here)
    assert pod.report == Report(message="done")


async def test_a_failed_pod_fails_its_job_and_its_peers_are_stopped(tmp_path: Path) -> None:
    here = cluster(tmp_path)
    code = (
        "import os, sys, time\n"
        "if os.environ['JOB_COMPLETION_INDEX'] == '1': sys.exit(64)\n"
        "time.sleep(600)"
    )
    await here.create(KEY, job(code, pods=3))
    one, pods = await ended(here)
    assert one.failed == "pod demo-train-0-worker-a0-1 failed"
    await until(here, lambda seen: len(seen.world.pods) == 1)
    assert [pod.exit_code for pod in pods if pod.index == 1] == [64]


async def test_files_of_a_pod_go_with_it(tmp_path: Path) -> None:
    here = cluster(tmp_path)
    code = "import os, tempfile; print(tempfile.mkdtemp()); print(os.environ['HONE_TOKEN_FILE'])"
    await here.create(KEY, job(code))
    _, (pod,) = await ended(here)
    scratch, token = (tmp_path / "logs" / f"{pod.name}.log").read_text().split()
    assert Path(scratch).parent.name.startswith("hone-pod-")
    assert len(scratch) < 60, "Unix sockets must fit into it"
    assert not Path(scratch).parent.exists()
    assert not Path(token).exists()


async def test_sockets_fit_however_long_the_folders_of_the_user_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("d" * 120)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    here = cluster(deep)
    code = "import multiprocessing.util as u; print(len(u.get_temp_dir() + '/listener-12345678'))"
    await here.create(KEY, job(code))
    _, (pod,) = await ended(here)
    assert int((deep / "logs" / f"{pod.name}.log").read_text()) < 104


async def test_relative_paths_start_where_we_are_and_bring_no_modules(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    (tmp_path / "rows.csv").write_text("user,clicked")
    here = cluster(tmp_path)
    await here.create(KEY, job("import json; print(open('rows.csv').read())"))
    one, (pod,) = await ended(here)
    assert one.complete
    assert (tmp_path / "logs" / f"{pod.name}.log").read_text() == "user,clicked\n"


async def test_a_token_tells_which_pod_holds_it(tmp_path: Path) -> None:
    here = cluster(tmp_path)
    await here.create(KEY, job(SLEEP))
    (token,) = (tmp_path / "pods").glob("*/token")
    assert token.stat().st_mode & 0o077 == 0
    assert await here.identify(token.read_text()) == Caller(KEY, place())
    assert await here.identify("another") is None
    held = token.read_text()
    await here.close(grace=5)
    assert await here.identify(held) is None


async def test_two_pods_of_a_gang_talk_over_loopback(tmp_path: Path) -> None:
    here = cluster(tmp_path)
    hosts = [f"demo-train-0-worker-a0-{i}.demo-gang.shop.svc:2222" for i in (0, 1)]
    code = (
        "import json, os, socket, time\n"
        "hosts, me = json.loads(os.environ['HOSTS']), int(os.environ['JOB_COMPLETION_INDEX'])\n"
        "address = lambda host: (host.split(':')[0], int(host.split(':')[1]))\n"
        "if me == 0:\n"
        "    server = socket.create_server(address(hosts[0]))\n"
        "    print(server.accept()[0].recv(5).decode())\n"
        "else:\n"
        "    end = time.monotonic() + 300\n"
        "    while True:\n"
        "        try: peer = socket.create_connection(address(hosts[0])); break\n"
        "        except OSError:\n"
        "            if time.monotonic() > end: raise\n"
        "            time.sleep(.02)\n"
        "    peer.sendall(b'hello')\n"
    )
    env = [{"name": "HOSTS", "value": json.dumps(hosts)}]
    await here.create(KEY, job(code, pods=2, env=env))
    one, _ = await ended(here)
    assert one.complete
    log = tmp_path / "logs" / "demo-train-0-worker-a0-0.log"
    assert log.read_text() == "hello\n"


async def test_what_cannot_be_scheduled_stays_pending_with_the_reason(tmp_path: Path) -> None:
    here = cluster(tmp_path, gpus=0)
    limits = {"limits": {"nvidia.com/gpu": "1"}}
    await here.create(KEY, job(SLEEP, resources=limits))
    (pod,) = (await look(here)).world.pods
    assert pod.phase == "Pending"
    assert pod.waiting == (
        "this machine has no nvidia.com/gpu; run it in a cluster or remove it from resources.limits"
    )
    await here.delete(KEY, Ref("Job", "demo-train-0-worker-a0"))
    await until(here, lambda seen: not seen.world.jobs and not seen.world.pods)


async def test_a_deleted_job_goes_after_its_pods(tmp_path: Path) -> None:
    here = cluster(tmp_path)
    await here.create(KEY, job(SLEEP, pods=2))
    ref = Ref("Job", "demo-train-0-worker-a0")
    await here.delete(KEY, ref)
    seen = await look(here)
    assert seen.world.jobs[0].terminating
    with pytest.raises(Conflict, match="on its way out"):
        await here.create(KEY, job(SLEEP))
    await until(here, lambda seen: not seen.world.jobs and not seen.world.pods)
    await here.delete(KEY, ref)


async def test_creating_twice_starts_once(tmp_path: Path) -> None:
    here = cluster(tmp_path)
    await here.create(KEY, job("print('once')"))
    await here.create(KEY, job("print('once')"))
    _, (pod,) = await ended(here)
    assert (tmp_path / "logs" / f"{pod.name}.log").read_text() == "once\n"


async def test_a_name_of_somebody_else_is_a_conflict(tmp_path: Path) -> None:
    here = cluster(tmp_path)
    await here.create(KEY, job("print('once')"))
    other = job("print('twice')")
    other["metadata"]["ownerReferences"][0]["uid"] = "uid-2"
    with pytest.raises(Conflict, match="left behind by an earlier job of this name"):
        await here.create(KEY, other)
    await ended(here)


async def test_a_service_is_a_name(tmp_path: Path) -> None:
    here = cluster(tmp_path)
    meta = {**job("")["metadata"], "name": "demo-gang"}
    await here.create(KEY, {"kind": "Service", "metadata": meta})
    assert (await look(here)).world.services == {"demo-gang"}
    await here.delete(KEY, Ref("Service", "demo-gang"))
    assert not (await look(here)).world.services


async def test_only_the_version_that_was_seen_is_overwritten(tmp_path: Path) -> None:
    rung: list[Key] = []
    here = cluster(tmp_path, ring=rung.append)
    seen = await look(here)
    await here.write_status(KEY, seen, {"stage": "data"})
    assert rung == [KEY]
    with pytest.raises(Conflict):
        await here.write_status(KEY, seen, {"stage": "train"})
    assert (await look(here)).world.status.stage == "data"
    (tmp_path / "job.json").unlink()
    with pytest.raises(Gone):
        await here.write_status(KEY, seen, {})


async def test_every_beginning_and_end_rings_the_bell(tmp_path: Path) -> None:
    rung = asyncio.Event()
    here = cluster(tmp_path, ring=lambda _: rung.set())
    await here.create(KEY, job(""))
    assert rung.is_set()
    rung.clear()
    async with asyncio.timeout(DEADLINE):
        await rung.wait()
    assert (await look(here)).world.jobs[0].complete


async def test_stopping_counts_as_a_disruption(tmp_path: Path) -> None:
    here = cluster(tmp_path)
    await here.create(KEY, job(SLEEP, pods=2))
    await here.close(grace=5)
    world = (await look(cluster(tmp_path))).world
    assert [pod.disrupted for pod in world.pods] == [True, True]
    assert world.jobs[0].failed is not None
    assert STOPPED in (tmp_path / "children.json").read_text()


async def test_a_file_of_a_config_map_is_there_when_the_pod_starts(tmp_path: Path) -> None:
    here = cluster(tmp_path)
    one = job("import os; assert open(os.environ['FILE']).read() == 'é' * 200_000")
    pod = one["spec"]["template"]["spec"]
    items = [{"key": "a.json", "path": "a.json"}]
    pod["volumes"] = [{"name": "large", "configMap": {"name": "large", "items": items}}]
    pod["containers"][0]["volumeMounts"] = [{"name": "large", "mountPath": "/etc/large"}]
    pod["containers"][0]["env"] = [{"name": "FILE", "value": "/etc/large/a.json"}]
    meta = {**one["metadata"], "name": "large"}
    config = {"kind": "ConfigMap", "metadata": meta, "data": {"a.json": "é" * 200_000}}
    await here.create(KEY, config)
    await here.create(KEY, one)
    view, _ = await ended(here)
    assert view.complete
