"""Statuses to draw, and a console whose text can be read back."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console, RenderableType

from hone.api.status import Condition, GangStatus, JobStatus, StageStatus
from hone_trainer.contract.assignment import Artifact, metric

START = datetime(2030, 1, 1, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def time(seconds: float) -> str:
    return at(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")


def stage(name: str, kind: str, state: Any = "Pending", **more: Any) -> StageStatus:
    gangs = more.pop("gangs", (GangStatus(state=state),))
    figures = tuple(metric(each, value) for each, value in more.pop("figures", {}).items())
    return StageStatus(name=name, kind=kind, state=state, gangs=gangs, metrics=figures, **more)


def running() -> JobStatus:
    """A job whose training is under way."""
    return JobStatus(
        stages=(
            stage(
                "data",
                "prepare",
                "Succeeded",
                ready="1/1",
                started_at=time(0),
                finished_at=time(8),
                figures={"rows": 12000},
            ),
            stage(
                "train",
                "train",
                "Running",
                ready="3/4",
                progress_percentage=40,
                estimated_remaining_seconds=95,
                restarts=1,
                started_at=time(8),
                message="epoch 4/10: loss 0.2310",
                figures={"valAuc": 0.88554},
            ),
            stage("evaluate", "evaluate"),
        )
    )


def ended(kind: str, reason: str = "AllStagesSucceeded", message: str = "") -> Condition:
    return Condition(
        type=kind, status="True", reason=reason, message=message, last_transition_time=time(61)
    )


def complete(root: str) -> JobStatus:
    """A job that went all the way."""
    compression = {
        "ratio": 3.7,
        "packagedRatio": 4.0,
        "floatBytes": 1_800_000,
        "compressedBytes": 486_000,
        "floatAuc": 0.8941,
        "compressedAuc": 0.895,
        "floatLatencyMicroseconds": 11.4,
        "compressedLatencyMicroseconds": 8.5,
    }
    report = f"{root}/evaluate/0/0/report.html"
    return JobStatus(
        started_at=time(0),
        finished_at=time(61),
        conditions=(ended("Complete"),),
        stages=(
            stage(
                "data",
                "prepare",
                "Succeeded",
                started_at=time(0),
                finished_at=time(3),
                figures={"rows": 135000, "bestReachableAccuracy": 0.9179},
            ),
            stage(
                "compress",
                "compress",
                "Succeeded",
                started_at=time(3),
                finished_at=time(60),
                message="quantize(mode=int8): AUC +0.0009",
                figures=compression,
            ),
            stage(
                "evaluate",
                "evaluate",
                "Succeeded",
                started_at=time(60),
                finished_at=time(61),
                figures={"auc": 0.8888, "priorAuc": 0.5, "floatAuc": 0.8892, "testRows": 13500},
            ),
        ),
        artifacts=(
            Artifact(
                name="data/data-report.html",
                uri=f"{root}/data/0/0/data-report.html",
                sha256="",
                size_bytes=15_000,
            ),
            Artifact(name="evaluate/manifest", uri=f"{root}/m.json", sha256="", size_bytes=9),
            Artifact(name="evaluate/report.html", uri=report, sha256="", size_bytes=4500),
            Artifact(
                name="compress/model.tflite",
                uri=f"{root}/compress/0/0/model.tflite",
                sha256="",
                size_bytes=486_000,
            ),
        ),
    )


def console(width: int = 120) -> Console:
    return Console(file=io.StringIO(), width=width, color_system=None)


def text(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


def drawn(part: RenderableType, width: int = 120) -> str:
    paper = console(width)
    paper.print(part)
    return text(paper)
