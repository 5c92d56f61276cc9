"""The closing tables of a job."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from hone.api.status import GangStatus, JobStatus
from hone.cluster.local_files import Children, Folder
from hone.plan.names import Place, child
from hone.terminal.closing import close
from hone.terminal.findings import Findings, find
from hone_trainer.contract.assignment import Artifact, Store
from hone_trainer.store.manifest import Manifest
from tests.terminal.statuses import complete, console, ended, stage, text, time

NOISE = (
    "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
    "I0000 00:00:1795492708.940345    4214 port.cc:153] oneDNN custom operations are on. You may",
    "INFO: Created TensorFlow Lite XNNPACK delegate for CPU.",
)


def closing(status: JobStatus, uri: str, state: Path) -> str:
    paper = console()
    close(paper, status, Store(uri=uri), state)
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
        "│ data     │ prepare  │ Succeeded │ 3 s  │ rows 135,000 │",
        "┃               ┃ size      ┃ packaged ┃ auc    ┃ latency of one row ┃",
        "│ float         │ 1.7 MiB   │          │ 0.8941 │ 11.4 µs            │",
        "│ compressed    │ 474.6 KiB │          │ 0.8950 │ 8.5 µs             │",
        "│ times smaller │ 3.70      │ 4.00     │        │                    │",
        "quantize(mode=int8): AUC +0.0009",
        "│ auc      │ 0.8888 │",
        "│ testRows │ 13,500 │",
        "│ compress/model.tflite │ 474.6 KiB │ compress/0/0/model.tflite │",
        "below /models/x",
        "complete in 1 min 01 s",
        "report: /models/x/evaluate/0/0/report.html",
    ):
        assert line in shown
    assert "manifest" not in shown


def test_the_leading_figure_by_epoch_comes_from_the_manifests(tmp_path: Path) -> None:
    lines = (
        [{"epoch": 1, "valRmse": 3.25}, {"epoch": 2, "valRmse": 2.5, "valMae": 1.9}],
        [{"epoch": 1, "valRmse": 3.5}],
    )
    named = {"headline": "valRmse", "headlineTitle": "validation RMSE"}
    manifests = [
        committed(tmp_path, f"train{number}", history=line, keptEpoch=len(line), **named)
        for number, line in enumerate(lines)
    ]
    shown = closing(trained(*manifests), str(tmp_path), tmp_path)
    assert "Validation RMSE" in shown
    assert "│ 1     │ 3.2500   │ 3.5000 * │" in shown
    assert "│ 2     │ 2.5000 * │          │" in shown
    assert "a model that knew the truth behind the data: accuracy 0.9179" in shown


def test_what_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    lost = Artifact(name="manifest", uri=f"{tmp_path}/gone.json", sha256="", size_bytes=1)
    damaged = committed(tmp_path, "train", history="nonsense")
    found = find(trained(None, lost, damaged), Store(uri=str(tmp_path)))
    assert found.history == ((), (), ())
    assert "member 0" not in closing(trained(lost), str(tmp_path), tmp_path)
    assert find(JobStatus(), Store(uri=str(tmp_path))) == Findings()


def test_what_stages_warn_of_comes_last_before_the_end(tmp_path: Path) -> None:
    status = complete("/models/x")
    gangs = (GangStatus(state="Succeeded", cautions=("[item] gives it away.", "One label only.")),)
    stages = (status.stages[0].model_copy(update={"gangs": gangs}), *status.stages[1:])
    lines = closing(status.model_copy(update={"stages": stages}), "/models", tmp_path).splitlines()
    at = lines.index("caution: stage data: [item] gives it away.")
    assert lines[at + 1] == "caution: stage data: One label only."
    assert lines[at + 2] == "complete in 1 min 01 s"


def figure(value: float | None, low: float | None = None, high: float | None = None) -> Any:
    return {"value": value, "low": low, "high": high, "reason": "" if value else "one label only"}


CLICKED: dict[str, Any] = {
    "titles": {"auc": "AUC", "logLoss": "log loss"},
    "shipped": {"auc": figure(0.8888, 0.8801, 0.8975), "logLoss": figure(0.31)},
    "prior": {"auc": figure(0.5), "logLoss": figure(0.4)},
    "before": {"auc": figure(0.8892), "logLoss": figure(0.305)},
}
SPENT: dict[str, Any] = {
    "titles": {"rmse": "RMSE"},
    "shipped": {"rmse": figure(12.25, 11.5, 13.0)},
    "prior": {"rmse": figure(12.2)},
    "before": None,
}
LOST = "spent: the model does not beat the answer without features: RMSE 12.25, without 12.2."


def evaluated(folder: Path, cautions: tuple[str, ...] = (), **evaluation: Any) -> str:
    """Return the closing tables of a job that was evaluated so."""
    manifest = committed(folder, "evaluate", evaluation=evaluation)
    gangs = (GangStatus(state="Succeeded", manifest=manifest, cautions=cautions),)
    tested = stage("test", "evaluate", "Succeeded", gangs=gangs, figures={"auc": 0.8888})
    return closing(
        JobStatus(stages=(tested,), conditions=(ended("Complete"),)), str(folder), folder
    )


def test_figures_stand_with_their_interval_beside_the_prior(tmp_path: Path) -> None:
    shown = evaluated(tmp_path, targets={"clicked": CLICKED}, rows=13500)
    assert "Test part\n" in shown
    for line in (
        "┃ figure   ┃ before compression ┃ shipped ┃ 95 % interval    ┃ without features ┃",
        "│ AUC      │ 0.8892             │ 0.8888  │ 0.8801 to 0.8975 │ 0.5000           │",
        "│ log loss │ 0.3050             │ 0.3100  │                  │ 0.4000           │",
        "13,500 rows that nothing else has seen",
    ):
        assert line in shown
    assert "does not beat" not in shown


def test_each_target_has_a_table_and_a_beaten_model_says_so_once(tmp_path: Path) -> None:
    shown = evaluated(
        tmp_path, (LOST,), targets={"clicked": CLICKED, "spent": SPENT}, rows=9, defeats=[LOST]
    )
    assert "Test part: clicked" in shown
    assert "Test part: spent" in shown
    assert "│ RMSE   │ 12.2500 │ 11.5000 to 13 │ 12.2000          │" in shown
    assert [line for line in shown.splitlines() if "does not beat" in line] == [LOST]


def test_a_baseline_that_was_asked_for_stands_beside_them(tmp_path: Path) -> None:
    beside = {**SPENT, "baseline": {"rmse": figure(12.1)}}
    shown = evaluated(tmp_path, targets={"spent": beside}, rows=9, baseline="linear")
    assert "┃ figure ┃ value   ┃ 95 % interval ┃ without features ┃ linear  ┃" in shown
    assert "│ RMSE   │ 12.2500 │ 11.5000 to 13 │ 12.2000          │ 12.1000 │" in shown


@pytest.mark.parametrize(
    ("targets", "best"),
    [
        ({"spent": SPENT}, {"bestReachableRmse": 11.5}),
        (
            {"clicked": CLICKED, "spent": SPENT},
            {"spent.bestReachableRmse": 11.5, "clicked.bestReachableMae": 1.0},
        ),
    ],
    ids=["one target", "two"],
)
def test_what_could_be_reached_stands_beside_each_figure(
    tmp_path: Path, targets: dict[str, Any], best: dict[str, float]
) -> None:
    manifest = committed(tmp_path, "evaluate", evaluation={"targets": targets, "rows": 9})
    made = stage("data", "prepare", "Succeeded", figures={"rows": 135000.0, **best})
    tested = (GangStatus(state="Succeeded", manifest=manifest),)
    stages = (made, stage("test", "evaluate", "Succeeded", gangs=tested))
    status = JobStatus(stages=stages, conditions=(ended("Complete"),))
    shown = closing(status, str(tmp_path), tmp_path)
    assert "┃ figure ┃ value   ┃ 95 % interval ┃ without features ┃ best reachable ┃" in shown
    assert "│ RMSE   │ 12.2500 │ 11.5000 to 13 │ 12.2000          │ 11.5000        │" in shown
    assert shown.count("best reachable") == 1


def test_gates_are_shown_with_their_verdicts(tmp_path: Path) -> None:
    verdicts = [{"text": "auc is 0.8888, must be at least 0.87", "passed": True}]
    shown = evaluated(tmp_path, verdicts=verdicts)
    assert "auc is 0.8888, must be at least 0.87: passed" in shown
    assert "│ auc    │ 0.8888 │" in shown, "without figures in the manifest, those of the status"


def test_a_figure_that_is_not_defined_has_its_line(tmp_path: Path) -> None:
    blind = {**CLICKED, "shipped": {"auc": figure(None), "logLoss": figure(0.1)}, "before": None}
    shown = evaluated(tmp_path, targets={"clicked": blind}, rows=9)
    assert "│ AUC      │ not defined │ 0.5000           │" in shown


def test_a_record_that_is_none_is_left_out(tmp_path: Path) -> None:
    shown = evaluated(tmp_path, targets={"clicked": "nonsense", "spent": {"titles": {"r2": "R²"}}})
    assert "│ R²     │ not defined │" in shown


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
