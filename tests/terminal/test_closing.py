"""The closing tables of a job."""

import hashlib
from pathlib import Path
from typing import Any

from hone.api.status import GangStatus, JobStatus
from hone.cluster.local_files import Children, Folder
from hone.plan.names import Place, child
from hone.terminal.closing import close
from hone.terminal.findings import Findings, find
from hone_trainer.contract.assignment import Artifact
from hone_trainer.store.manifest import Manifest
from tests.terminal.statuses import complete, console, ended, stage, text, time

NOISE = (
    "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
    "I0000 00:00:1795492708.940345    4214 port.cc:153] oneDNN custom operations are on. You may",
    "INFO: Created TensorFlow Lite XNNPACK delegate for CPU.",
)


def closing(status: JobStatus, uri: str, state: Path) -> str:
    paper = console()
    close(paper, status, uri, state)
    return text(paper)


def committed(folder: Path, name: str, **facts: Any) -> Artifact:
    """Write a manifest and give its place."""
    manifest = Manifest(stage=name, kind=name, input_digest="", facts=facts)
    path = folder / name / "manifest.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(manifest.encode())
    digest = hashlib.sha256(manifest.encode()).hexdigest()
    return Artifact(name="manifest", uri=str(path), sha256=digest, size_bytes=1)


def trained(*manifests: Artifact | None) -> JobStatus:
    gangs = tuple(
        GangStatus(member=number, state="Succeeded", manifest=manifest)
        for number, manifest in enumerate(manifests)
    )
    return JobStatus(
        stages=(
            stage("data", "prepare", "Succeeded", figures={"bestReachableAccuracy": 0.9179}),
            stage("train", "train", "Succeeded", gangs=gangs),
        ),
        conditions=(ended("Complete"),),
        finished_at=time(61),
    )


def test_a_complete_job_shows_everything(tmp_path: Path) -> None:
    shown = closing(complete("/models/x"), "/models", tmp_path)
    for line in (
        "│ data     │ prepare  │ Succeeded │ 3 s  │ rows 135,000    │",
        "│ float         │ 1.7 MiB   │          │ 89.41 %  │ 11.4 µs            │",
        "│ compressed    │ 474.6 KiB │          │ 89.50 %  │ 8.5 µs             │",
        "│ times smaller │ 3.70      │ 4.00     │          │                    │",
        "quantize(mode=int8): accuracy +0.0009",
        "│ accuracy │ 0.8892             │ 0.8888  │",
        "│ testRows │                    │ 13,500  │",
        "│ compress/model.tflite │ 474.6 KiB │ compress/0/0/model.tflite │",
        "below /models/x",
        "complete in 1 min 01 s",
        "report: /models/x/evaluate/0/0/report.html",
    ):
        assert line in shown
    assert "manifest" not in shown


def test_accuracy_by_epoch_comes_from_the_manifests(tmp_path: Path) -> None:
    lines = (
        [{"epoch": 1, "valAccuracy": 0.80}, {"epoch": 2, "valAccuracy": 0.85}],
        [{"epoch": 1, "valAccuracy": 0.81}],
    )
    manifests = [
        committed(tmp_path, f"train{number}", history=line, keptEpoch=len(line))
        for number, line in enumerate(lines)
    ]
    shown = closing(trained(*manifests), str(tmp_path), tmp_path)
    assert "│ 1     │ 80.00 %   │ 81.00 % * │" in shown
    assert "│ 2     │ 85.00 % * │           │" in shown
    assert "a model that knew the truth behind the data: 91.79 %" in shown


def test_what_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    lost = Artifact(name="manifest", uri=f"{tmp_path}/gone.json", sha256="", size_bytes=1)
    damaged = committed(tmp_path, "train", history="nonsense")
    found = find(trained(None, lost, damaged), str(tmp_path))
    assert found.history == ((), (), ())
    assert "Validation accuracy" not in closing(trained(lost), str(tmp_path), tmp_path)
    assert find(JobStatus(), str(tmp_path)) == Findings()


def test_what_stages_warn_of_comes_last_before_the_end(tmp_path: Path) -> None:
    status = complete("/models/x")
    gangs = (GangStatus(state="Succeeded", cautions=("[item] gives it away.", "One label only.")),)
    stages = (status.stages[0].model_copy(update={"gangs": gangs}), *status.stages[1:])
    lines = closing(status.model_copy(update={"stages": stages}), "/models", tmp_path).splitlines()
    at = lines.index("caution: stage data: [item] gives it away.")
    assert lines[at + 1] == "caution: stage data: One label only."
    assert lines[at + 2] == "complete in 1 min 01 s"


def test_gates_are_shown_with_their_verdicts(tmp_path: Path) -> None:
    verdicts = [{"text": "accuracy is 0.8888, must be at least 0.87", "passed": True}]
    manifest = committed(tmp_path, "evaluate", evaluation={"verdicts": verdicts})
    gangs = (GangStatus(state="Succeeded", manifest=manifest),)
    tested = stage("test", "evaluate", "Succeeded", gangs=gangs, figures={"accuracy": 0.8888})
    status = JobStatus(stages=(tested,), conditions=(ended("Complete"),))
    shown = closing(status, str(tmp_path), tmp_path)
    assert "accuracy is 0.8888, must be at least 0.87: passed" in shown


def test_a_figure_that_cannot_be_known_has_its_line(tmp_path: Path) -> None:
    manifest = committed(tmp_path, "evaluate", evaluation={"gaps": {"auc": "one label only"}})
    gangs = (GangStatus(state="Succeeded", manifest=manifest),)
    tested = stage("test", "evaluate", "Succeeded", gangs=gangs, figures={"accuracy": 0.8888})
    status = JobStatus(stages=(tested,), conditions=(ended("Complete"),))
    assert "│ auc      │ unknown │" in closing(status, str(tmp_path), tmp_path)


def test_a_failure_shows_its_reason_and_the_end_of_the_log(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "demo-train-0-worker-a1-0.log").write_text(
        "\n".join([*(f"line {n}" for n in range(40)), *NOISE])
    )
    (logs / "demo-train-1-worker-a0-0.log").write_text("of a member that was only stopped")
    places = Place("train", 0, "worker", 1), Place("train", 1, "worker", 0)
    pods = {
        f"{child('demo', place)}-0": {
            "metadata": {"labels": place.labels()},
            "status": {"phase": "Failed"},
        }
        for place in places
    }
    Folder(tmp_path).write_children(Children(pods=pods))
    gangs = (
        GangStatus(member=0, state="Failed", attempt=1, reason="Crashed"),
        GangStatus(member=1, state="Failed", reason="Stopped"),
    )
    status = JobStatus(
        stages=(stage("train", "train", "Failed", gangs=gangs),),
        conditions=(ended("Failed", "Crashed", "stage train: [what] happened"),),
        finished_at=time(9),
    )
    shown = closing(status, str(tmp_path), tmp_path)
    assert "failed (Crashed): stage train: [what] happened" in shown
    assert f"the end of {logs}/demo-train-0-worker-a1-0.log:" in shown
    assert "line 39" in shown
    assert "line 28" in shown
    assert "line 20" not in shown
    assert not [line for line in NOISE if line in shown]
    assert "only stopped" not in shown
