"""A run as MLflow has runs: parameters, figures, tags. Pure, and the same whenever it is asked.

MLflow takes keys of few characters, one value for a parameter for ever, and numbers alone for
figures. So a spec is written flat, stage by stage, and what has no number is left out.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hone.api.run_outcome import RunDetails
from hone.door.spec_changes import ANSWER
from hone.terminal.findings import Findings

KEY, VALUE, TAG = 250, 500, 5000
"""Characters that every server takes; what is longer is cut, and whole in the run's own record."""
FOREIGN = re.compile(r"[^\w.\- /]", re.ASCII)
STATES = {"Complete": "FINISHED", "Failed": "FAILED", "Unfinished": "RUNNING"}


@dataclass(frozen=True)
class Point:
    """A figure at a moment."""

    key: str
    value: float
    timestamp: int
    """Milliseconds since 1970."""
    step: int = 0


@dataclass(frozen=True)
class Record:
    """What is written into a tracking server."""

    name: str
    status: str
    started: int
    """Milliseconds since 1970."""
    ended: int | None
    params: Mapping[str, str]
    points: tuple[Point, ...]
    tags: Mapping[str, str]


def record(run: RunDetails, findings: Findings, metrics: Mapping[str, float]) -> Record:
    """Write a run as MLflow's.

    Args:
        run: all that is known of it.
        findings: the course of its trainings.
        metrics: what its stages found, with the stage's name before it.
    """
    started, ended = _milliseconds(run.started_at), _milliseconds(run.ended_at or run.started_at)
    last = [Point(key, value, ended) for key, value in _figures(run, metrics)]
    points = [*last, *_epochs(findings, started)]
    keys = _keys([point.key for point in points])
    return Record(
        name=f"{run.job.partition('/')[2]}-{run.run[:8]}",
        status=STATES[run.state],
        started=started,
        ended=ended if run.ended_at else None,
        params=_params(run.spec),
        points=tuple(
            Point(keys[each.key], each.value, each.timestamp, each.step)
            for each in points
            if math.isfinite(each.value)
        ),
        tags=_tags(run),
    )


def _params(spec: Mapping[str, Any]) -> dict[str, str]:
    rest = {key: value for key, value in spec.items() if key != "stages"}
    stages = {
        str(stage.get("name", index)): {k: v for k, v in stage.items() if k != "name"}
        for index, stage in enumerate(spec.get("stages") or [])
    }
    flat = {**dict(_flat("", rest)), **dict(_flat("", stages))}
    keys = _keys(list(flat))
    return {keys[key]: _short(value, VALUE) for key, value in flat.items()}


def _flat(at: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield what a value says, field by field; what says nothing is left out."""
    if value in (None, "", [], {}):
        return
    if isinstance(value, Mapping):
        for key, each in value.items():
            if each == {}:
                yield _joined(at, key), "{}"  # a kind without parameters
            yield from _flat(_joined(at, key), each)
    elif isinstance(value, list) and any(isinstance(each, Mapping) for each in value):
        for name, each in _named(value):
            yield from _flat(_joined(at, name), each)
    else:
        yield at, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _named(given: list[Any]) -> Iterator[tuple[str, Any]]:
    """Yield the elements of a list by what tells them apart, or by their places."""
    for word in ANSWER:
        names = [each.get(word) if isinstance(each, Mapping) else None for each in given]
        if all(isinstance(name, str) for name in names) and len(set(names)) == len(names):
            for name, each in zip(names, given, strict=True):
                yield str(name), {k: v for k, v in each.items() if k != word} or "{}"
            return
    yield from ((str(index), each) for index, each in enumerate(given))


def _figures(run: RunDetails, metrics: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    for task, parts in run.figures.items():
        for part, figures in parts.items():
            for name, figure in figures.items():
                told = {"": figure.value, ".low": figure.low, ".high": figure.high}
                yield from (
                    (f"{part}/{task}/{name}{k}", v) for k, v in told.items() if v is not None
                )
    costs: dict[str, float | None] = {
        "model/bytes": run.size.bytes if run.size else None,
        "model/floatBytes": run.size.float_bytes if run.size else None,
        "model/latencyP50Microseconds": run.latency.p50 if run.latency else None,
        "model/latencyP95Microseconds": run.latency.p95 if run.latency else None,
        "seconds/total": run.seconds,
        **{f"seconds/{stage.name}": stage.seconds for stage in run.stages},
    }
    yield from ((key, value) for key, value in costs.items() if value is not None)
    yield from ((f"stages/{name}", value) for name, value in metrics.items())


def _epochs(findings: Findings, started: int) -> Iterator[Point]:
    """Yield the course of each training, an epoch being a step."""
    for member, epochs in enumerate(findings.history):
        at = f"epochs/{member}" if len(findings.history) > 1 else "epochs"
        for step, figures in enumerate(epochs, 1):
            for name, value in figures.items():
                if isinstance(value, int | float):
                    yield Point(f"{at}/{name}", float(value), started, step)


def _tags(run: RunDetails) -> dict[str, str]:
    files = {artifact.name: artifact for artifact in run.artifacts}
    report = report_of(run)
    bundle = next((a for name, a in files.items() if name.endswith("/bundle.json")), None)
    told = {
        "mlflow.source.name": "hone",
        "mlflow.source.type": "JOB",
        "hone.run": run.run,
        "hone.job": run.job,
        "hone.state": run.state,
        "hone.message": run.message,
        "hone.uri": run.uri,
        "hone.bundle": run.bundle or "",
        "hone.bundle.sha256": bundle.sha256 if bundle else "",
        "hone.report": report or "",
        **{f"hone.version.{name}": version for name, version in run.versions.items()},
    }
    keys = _keys(list(told))
    return {keys[key]: _short(value, TAG) for key, value in told.items() if value}


def report_of(run: RunDetails) -> str | None:
    """Return where the page of the last evaluation is; None without one."""
    pages = [each.uri for each in run.artifacts if each.name.endswith("/report.html")]
    return pages[-1] if pages else None


def _keys(given: list[str]) -> dict[str, str]:
    """Return each key as MLflow takes it; two that would become one stay two."""
    taken: dict[str, str] = {}
    for key in dict.fromkeys(given):
        plain = _plain(key)
        found, count = plain, 1
        while found in taken.values():
            count += 1
            found = f"{plain[: KEY - 4]}_{count}"
        taken[key] = found
    return taken


def _plain(key: str) -> str:
    """Return a key that is the name of a file, too: MLflow takes none that means another one."""
    parts = FOREIGN.sub("_", key).split("/")
    plain = "/".join(part if part.strip(".") else "_" for part in parts)
    return plain if len(plain) <= KEY else plain[:KEY].rstrip("/.")


def _joined(at: str, key: str) -> str:
    return f"{at}.{key}" if at else key


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _milliseconds(stamp: str) -> int:
    return int(datetime.fromisoformat(stamp).timestamp() * 1000)
