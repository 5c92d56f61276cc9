"""The table of a job's stages: where each stands, how far it is, what it has found so far."""

from datetime import datetime

from rich.console import RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from hone.api.status import JobStatus, StageStatus
from hone.plan.world import when
from hone.terminal.figures import between, duration, headline

COLOURS = {"Succeeded": "green", "Running": "cyan", "Failed": "red", "Suspended": "yellow"}
BAR = 24


def stage_table(status: JobStatus, now: datetime) -> Table:
    """Draw the stages of a job that is under way."""
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name in ("stage", "state", "progress", "left", "pods", "time", "figure"):
        table.add_column(name, no_wrap=True)
    table.add_column("restarts", justify="right")
    for stage in status.stages:
        table.add_row(
            f"{stage.name}",
            Text(_state(stage), style=COLOURS.get(stage.state, "dim")),
            _bar(stage),
            _left(stage),
            stage.ready if stage.state != "Pending" else "",
            elapsed(stage, now),
            headline(stage.metrics),
            str(stage.restarts or ""),
        )
    return table


def elapsed(stage: StageStatus, now: datetime) -> str:
    """Write how long a stage has taken so far, or took."""
    if stage.started_at is None:
        return ""
    end = when(stage.finished_at) if stage.finished_at else now
    return between(end - when(stage.started_at))


def _state(stage: StageStatus) -> str:
    if any(gang.state == "Pending" and gang.attempt for gang in stage.gangs):
        return "Restarting"
    return stage.state


def _bar(stage: StageStatus) -> RenderableType:
    done = 100 if stage.state == "Succeeded" else stage.progress_percentage
    row = Table.grid(padding=(0, 1, 0, 0))
    row.add_row(ProgressBar(total=100, completed=done, width=BAR), f"{done:3d} %")
    return row


def _left(stage: StageStatus) -> str:
    left = stage.estimated_remaining_seconds
    return "" if left is None or stage.state != "Running" else duration(left)
