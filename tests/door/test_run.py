"""`hone run` from end to end: what it says, what it leaves, and how it ends."""

import json
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from hone.__main__ import main
from lab import patience
from tests.door.conftest import Start

pytestmark = pytest.mark.slow

DEADLINE = patience.seconds(60)


def finish(run: subprocess.Popen[str]) -> tuple[int, str]:
    said, _ = run.communicate(timeout=DEADLINE)
    return run.returncode, said


def status(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / ".hone/shop/demo/job.json").read_text())["status"]
    return read


def await_log(run: subprocess.Popen[str], folder: Path, pods: int) -> None:
    """Wait until so many pods of the training have begun."""
    end = time.monotonic() + DEADLINE
    pattern = ".hone/shop/demo/logs/demo-train-*.log"
    while sum("wait" in log.read_text() for log in folder.glob(pattern)) < pods:
        assert run.poll() is None
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_job_goes_all_the_way_and_a_second_time_at_once(
    start: Start, jobfile: Path, tmp_path: Path
) -> None:
    code, said = finish(start("run", str(jobfile), around={"STAND_IN_data": "post"}))
    assert code == 0, said
    assert "StageSucceeded: stage fuse: fuse done" in said
    assert "complete in" in said
    root = next((tmp_path / ".hone/artifacts/shop/demo").iterdir())
    fused = json.loads((root / "fuse/0/0/manifest.json").read_text())
    assert [(s["stage"], s["member"]) for s in fused["sources"]] == [
        ("data", 0),
        ("train", 0),
        ("train", 1),
    ]
    log = tmp_path / ".hone/shop/demo/logs/demo-data-0-worker-a0-0.log"
    assert "posted: 202" in log.read_text()
    code, said = finish(start("run", str(jobfile)))
    assert code == 0
    assert "every stage was already committed" in said


def test_a_failure_names_the_reason_and_the_next_run_tries_again(
    start: Start, jobfile: Path, tmp_path: Path
) -> None:
    code, said = finish(start("run", str(jobfile), around={"STAND_IN_train": "fail"}))
    assert code == 1
    assert "failed (BadTask): stage train: this can never work; correct the task" in said
    assert "train: fail" in said
    code, said = finish(start("run", str(jobfile)))
    assert code == 0, said
    assert "StageSucceeded: stage data" not in said
    train = status(tmp_path)["stages"][1]
    assert [gang["attempt"] for gang in train["gangs"]] == [1, 1]


def test_ctrl_c_stops_the_pods_and_the_same_command_goes_on(
    start: Start, jobfile: Path, tmp_path: Path
) -> None:
    run = start("run", str(jobfile), around={"STAND_IN_train": "wait"})
    await_log(run, tmp_path, pods=4)
    run.send_signal(signal.SIGINT)
    code, said = finish(run)
    assert code == 130
    assert said.endswith("stopped; the same command goes on from here\n")
    code, said = finish(start("run", str(jobfile)))
    assert code == 0, said
    gangs = status(tmp_path)["stages"][1]["gangs"]
    assert [gang["attempt"] for gang in gangs] == [1, 1]
    assert [gang["restarts"]["preemption"] for gang in gangs] == [1, 1]
    assert "restarting: `hone run` was stopped" in said


def test_a_killed_run_is_taken_up_by_the_next(start: Start, jobfile: Path, tmp_path: Path) -> None:
    run = start("run", str(jobfile), around={"STAND_IN_train": "wait"})
    await_log(run, tmp_path, pods=4)
    run.kill()
    finish(run)
    code, said = finish(start("run", str(jobfile)))
    assert code == 0, said
    assert "ended 4 pods that an earlier run had left behind" in said


def test_a_second_run_of_the_same_job_is_refused(
    start: Start, jobfile: Path, tmp_path: Path
) -> None:
    first = start("run", str(jobfile), around={"STAND_IN_train": "wait"})
    await_log(first, tmp_path, pods=4)
    code, said = finish(start("run", str(jobfile)))
    assert code == 2
    assert f"another `hone run` (process {first.pid}) is at work" in said
    first.send_signal(signal.SIGTERM)
    assert finish(first)[0] == 130


def test_a_state_folder_that_cannot_be_made_is_named(
    start: Start, jobfile: Path, tmp_path: Path
) -> None:
    (tmp_path / "state").touch()
    code, said = finish(start("run", str(jobfile), "--state", "state"))
    assert code == 2
    assert "Not a directory; make room for it, or name another folder with --state" in said
    assert "Traceback" not in said


def test_fresh_begins_anew(start: Start, jobfile: Path, tmp_path: Path) -> None:
    assert finish(start("run", str(jobfile)))[0] == 0
    code, said = finish(start("run", str(jobfile), "--fresh"))
    assert code == 0, said
    assert "StageSucceeded: stage data" in said
    assert len(list((tmp_path / ".hone/artifacts/shop/demo").iterdir())) == 2


def test_artifacts_that_were_removed_are_made_again(
    start: Start, jobfile: Path, tmp_path: Path
) -> None:
    assert finish(start("run", str(jobfile)))[0] == 0
    shutil.rmtree(tmp_path / ".hone/artifacts")
    code, said = finish(start("run", str(jobfile)))
    assert code == 0, said
    assert "manifest.json is not there any more: beginning anew" in said
    assert "StageSucceeded: stage data" in said
    assert "every stage was already committed" in finish(start("run", str(jobfile)))[1]


def test_an_edited_job_begins_anew_and_says_what_the_last_one_left(
    start: Start, jobfile: Path, tmp_path: Path
) -> None:
    assert finish(start("run", str(jobfile)))[0] == 0
    job = yaml.safe_load(jobfile.read_text())
    job["spec"]["seed"] = 1
    jobfile.write_text(yaml.safe_dump(job))
    code, said = finish(start("run", str(jobfile)))
    assert code == 0, said
    assert "edited since the last run: beginning anew, with what is the same taken over" in said
    assert "an earlier job of this name left" in said
    assert str(tmp_path / ".hone/artifacts/shop/demo") in said


def test_a_job_that_is_as_it_was_before_does_not_say_that_it_begins_anew(
    start: Start, jobfile: Path
) -> None:
    first = jobfile.read_text()
    edited = yaml.safe_load(first)
    edited["spec"]["seed"] = 1
    for text in (first, yaml.safe_dump(edited), first):
        jobfile.write_text(text)
        code, said = finish(start("run", str(jobfile)))
        assert code == 0, said
    assert "as it is now it ran before: going on from there (--fresh begins anew)" in said
    assert "beginning anew" not in said


def test_ctrl_c_before_anything_runs_leaves_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("hone.door.preview.main", interrupted)
    assert main(["plan", "job.yaml"]) == 130


def test_artifacts_and_state_go_where_they_are_sent(
    start: Start, jobfile: Path, tmp_path: Path
) -> None:
    code, said = finish(start("run", str(jobfile), "--artifacts", "out", "--state", "kept"))
    assert code == 0, said
    assert (tmp_path / "kept/shop/demo/job.json").exists()
    assert list((tmp_path / "out/shop/demo").iterdir())
    assert not (tmp_path / ".hone").exists()


def test_other_artifacts_are_no_edited_job(start: Start, jobfile: Path, tmp_path: Path) -> None:
    assert finish(start("run", str(jobfile)))[0] == 0
    code, said = finish(start("run", str(jobfile), "--artifacts", "out"))
    assert code == 0, said
    first = f"no longer to {tmp_path}/.hone/artifacts: beginning anew"
    assert f"artifacts go to {tmp_path}/out, {first}" in said
    assert "edited" not in said


def test_relative_paths_start_from_the_folder_of_the_file(
    start: Start, jobfile: Path, tmp_path: Path
) -> None:
    (tmp_path / "jobs").mkdir()
    jobfile.rename(tmp_path / "jobs/job.yaml")
    code, said = finish(start("run", "jobs/job.yaml", around={"STAND_IN_data": "where"}))
    assert code == 0, said
    assert f"relative paths in the job start from {tmp_path}/jobs" in said
    log = tmp_path / ".hone/shop/demo/logs/demo-data-0-worker-a0-0.log"
    assert f"at work in {tmp_path}/jobs" in log.read_text()


def test_a_job_from_standard_input_starts_where_we_are(
    start: Start, jobfile: Path, tmp_path: Path
) -> None:
    run = start("run", "-", around={"STAND_IN_data": "where"}, given=jobfile.read_text())
    code, said = finish(run)
    assert code == 0, said
    assert "relative paths" not in said
    log = tmp_path / ".hone/shop/demo/logs/demo-data-0-worker-a0-0.log"
    assert f"at work in {tmp_path}\n" in log.read_text()


def test_what_this_machine_lacks_is_said(start: Start, jobfile: Path, tmp_path: Path) -> None:
    job = yaml.safe_load(jobfile.read_text())
    job["spec"]["stages"][0]["resources"] = {"limits": {"example.com/tpu": 1}}
    job["spec"]["stages"][0]["startDeadlineSeconds"] = 1
    jobfile.write_text(yaml.safe_dump(job))
    code, said = finish(start("run", str(jobfile)))
    assert code == 1
    assert "this machine has no example.com/tpu; run it in a cluster" in said


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_namespace_that_says_nothing_is_the_default(
    nothing: str | None, start: Start, jobfile: Path, tmp_path: Path
) -> None:
    job = yaml.safe_load(jobfile.read_text())
    job["metadata"]["namespace"] = nothing
    jobfile.write_text(yaml.safe_dump(job))
    code, said = finish(start("run", str(jobfile)))
    assert code == 0, said
    assert "default/demo on this machine" in said
    assert (tmp_path / ".hone/default/demo/job.json").exists()
