"""A pod from outside: a process with an environment, exit code, termination message and posts."""

import http.server
import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hone_trainer.__main__ import run
from hone_trainer.contract.assignment import Exit, StageFailure, Store
from hone_trainer.pod.heartbeat import Heartbeat
from hone_trainer.store.manifest import MANIFEST
from lab import patience
from tests.trainer.conftest import CLICKS
from tests.trainer.pods import Pod

pytestmark = pytest.mark.slow


@pytest.fixture
def pod(tmp_path: Path) -> Pod:
    return Pod(tmp_path)


def test_a_stage_is_run_and_reported(pod: Pod, run_stage: Any) -> None:
    code, report, output = pod.run(run_stage.task("data", CLICKS))
    assert (code, report.reason) == (Exit.OK, "Succeeded")
    assert report.manifest is not None
    assert Path(report.manifest.uri).name == MANIFEST
    assert "rows to train on" in output
    assert not list(pod.folder.glob("hone-*"))


def test_what_is_committed_is_reported_again_and_not_run(pod: Pod, run_stage: Any) -> None:
    _, first, _ = pod.run(run_stage.task("data", CLICKS))
    code, second, output = pod.run(run_stage.task("data", CLICKS, attempt=1))
    assert (code, second) == (Exit.OK, first)
    assert "found committed" in output


@pytest.mark.parametrize("task", ["", "{", '{"namespace": "a"}'])
def test_a_task_that_makes_no_sense_is_never_retried(pod: Pod, task: str) -> None:
    code, report, _ = pod.run(task)
    assert (code, report.reason) == (Exit.DO_NOT_RETRY, "BadTask")
    assert "HONE_TASK" in report.message


def test_a_failure_names_its_remedy(pod: Pod, run_stage: Any) -> None:
    source = {"csv": {"uri": "/nowhere.csv"}}
    run = {"prepare": CLICKS["prepare"] | {"source": source}}
    code, report, _ = pod.run(run_stage.task("data", run))
    assert (code, report.reason) == (Exit.DO_NOT_RETRY, "InputNotFound")
    assert "prepare.source.csv.uri" in report.message


def test_secrets_are_not_printed(pod: Pod, run_stage: Any, tmp_path: Path) -> None:
    store = run_stage.store.settings.model_copy(
        update={"uri": "s3://models", "endpoint": "http://127.0.0.1:1"}
    )
    task = run_stage.task("data", CLICKS).model_copy(update={"store": store})
    secrets = {"AWS_ACCESS_KEY_ID": "key-of-ours", "AWS_SECRET_ACCESS_KEY": "secret-of-ours"}
    code, report, output = pod.run(task, **secrets)
    assert (code, report.reason) == (1, "StorageUnreachable")
    assert not any(s in output + report.encode() for s in secrets.values())


def test_a_missing_termination_log_does_not_matter(pod: Pod, run_stage: Any) -> None:
    process = pod.start(run_stage.task("data", CLICKS), HONE_TERMINATION_LOG="/nowhere/log")
    assert process.wait(patience.seconds(120)) == Exit.OK
    assert "no termination message" in pod.log.read_text()


class Operator(http.server.BaseHTTPRequestHandler):
    heard: list[tuple[str, dict[str, Any]]]
    came: threading.Event
    hold: threading.Event

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.heard.append((self.headers["Authorization"], body))
        self.came.set()
        self.hold.wait(patience.seconds(30))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def operator() -> Iterator[type[Operator]]:
    Operator.heard, Operator.came, Operator.hold = [], threading.Event(), threading.Event()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Operator)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Operator.url = f"http://localhost:{server.server_port}/progress"  # type: ignore[attr-defined]
    yield Operator
    Operator.hold.set()
    server.shutdown()
    server.server_close()


def test_progress_is_posted_and_never_in_the_way(
    pod: Pod, run_stage: Any, operator: Any, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("its-token\n")
    task = run_stage.task("data", CLICKS, progress_url=operator.url)
    code, _, output = pod.run(task, HONE_TOKEN_FILE=str(token))
    assert code == Exit.OK  # although no post was ever answered
    # One that is never answered is sent anew after a while, which a slow machine lives to see.
    assert {header for header, _ in operator.heard} == {"Bearer its-token"}
    assert set(operator.heard[0][1]) >= {"fraction", "message"}
    assert "its-token" not in output


def test_who_waits_for_the_storage_says_so(pod: Pod, run_stage: Any, operator: Any) -> None:
    nobody = Store(uri="s3://models", endpoint="http://127.0.0.1:9")
    task = run_stage.task("data", CLICKS, progress_url=operator.url)
    process = pod.start(task.model_copy(update={"store": nobody}))
    assert operator.came.wait(patience.seconds(60))
    process.kill()
    process.wait(patience.seconds(20))
    assert operator.heard[0][1]["message"].startswith("waiting for the storage")


def test_waiting_for_the_storage_is_no_hang(
    run_stage: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Counted(Heartbeat):
        beats_heard = 0

        def beat(self) -> None:
            self.beats_heard += 1
            super().beat()

    monkeypatch.setattr("hone_trainer.store.artifact_store.PAUSE_S", 0.0)
    monkeypatch.setattr("hone_trainer.store.artifact_store.FIRST_PATIENCE_S", 4.0)
    heartbeat = Counted()
    nobody = Store(uri="s3://models", endpoint="http://127.0.0.1:9")
    task = run_stage.task("data", CLICKS).model_copy(update={"store": nobody})
    with pytest.raises(StageFailure, match="cannot be reached"):
        run(task, heartbeat)
    assert heartbeat.beats_heard > 0


def endless(pod: Pod) -> dict[str, Any]:
    """A stage that never ends: it reads from a pipe that nobody writes to."""
    pipe = pod.folder / "clicks.csv"
    os.mkfifo(pipe)
    return {"prepare": CLICKS["prepare"] | {"source": {"csv": {"uri": str(pipe)}}}}


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_a_pod_ends_when_asked(pod: Pod, run_stage: Any, operator: Any, asked: int) -> None:
    """The post is the signal that work has begun."""
    process = pod.start(run_stage.task("data", endless(pod), progress_url=operator.url))
    assert operator.came.wait(patience.seconds(60))
    process.send_signal(asked)
    assert process.wait(patience.seconds(20)) == Exit.INTERRUPTED
    assert pod.report().reason == "Interrupted"


def test_a_killed_process_is_told_from_a_failure(pod: Pod, run_stage: Any, operator: Any) -> None:
    process = pod.start(run_stage.task("data", endless(pod), progress_url=operator.url))
    assert operator.came.wait(patience.seconds(60))
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.kill(int(children[0]), signal.SIGKILL)
    assert process.wait(patience.seconds(20)) == 128 + signal.SIGKILL
    assert pod.report().reason in ("Crashed", "OutOfMemory")
