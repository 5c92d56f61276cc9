"""A run in a line: what a list of runs says of each, for people and for machines."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from hone.api.run_outcome import RunOutcome
from hone.plan.figures import short
from hone.terminal.figures import duration, size
from hone.terminal.tables import Column, draw
from hone_trainer.runs.naming import SHORT
from hone_trainer.runs.reading import Stored
from hone_trainer.store.artifact_store import ArtifactStore

COLOURS = {"Complete": "green", "Failed": "red", "Unfinished": "yellow"}


def told(found: Stored, store: ArtifactStore) -> dict[str, Any]:
    """Return what is said of every run, as fields of a ``RunOutcome``."""
    run, ended = found.run, found.run.ended_at
    name, value = _headline(found)
    return {
        "run": run.uid,
        "job": f"{run.namespace}/{run.job}",
        "state": run.state,
        "started_at": _stamp(run.started_at),
        "ended_at": _stamp(ended) if ended else None,
        "seconds": round((ended - run.started_at).total_seconds(), 3) if ended else None,
        "figure": name,
        "value": value,
        "size_bytes": found.size,
        "uri": store.uri(run.home),
    }


def table(runs: Sequence[RunOutcome], width: int) -> RenderableType:
    """Draw a list of runs."""
    columns = [
        Column("run", [each.run[:SHORT] for each in runs], whole=True),
        Column("job", [each.job for each in runs]),
        Column("started", [_told(each.started_at) for each in runs], 2, whole=True),
        Column(
            "took", ["" if r.seconds is None else duration(r.seconds) for r in runs], 3, whole=True
        ),
        Column("state", [Text(each.state, COLOURS[each.state]) for each in runs]),
        Column("figure", [_figure(each) for each in runs], 1),
        Column("size", [size(each.size_bytes) for each in runs], 4, whole=True, right=True),
    ]
    return draw(columns, width, framed=False)


def _headline(found: Stored) -> tuple[str | None, float | None]:
    """Return the first figure of the latest stage that has any."""
    for step in reversed(found.run.last()):
        for each in step.word.metrics if step.word else ():
            try:
                return each.name, float(each.value)
            except ValueError:
                continue
    return None, None


def _figure(run: RunOutcome) -> str:
    return "" if run.figure is None else f"{run.figure} {short(repr(run.value), ',')}"


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _told(stamp: str) -> str:
    """Write a moment as people read it, in the time of where they are."""
    return datetime.fromisoformat(stamp).astimezone().strftime("%Y-%m-%d %H:%M")
