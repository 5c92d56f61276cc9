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
WIDE = 100
"""Columns from which there is room for bars."""


def stage_table(status: JobStatus, now: datetime, width: int = WIDE) -> Table:
    """Draw the stages of a job that is under way.

    Args:
        status: the job.
        now: the time.
        width: columns of the terminal.
    """
    restarted = any(stage.restarts for stage in status.stages)
    longest = max((len(stage.name) for stage in status.stages), default=0)
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("stage", no_wrap=True, min_width=longest)
    table.add_column("state", no_wrap=True, min_width=len("Succeeded"))
    for name in ("progress", "left", "pods", "time", "figure"):
        table.add_column(name, no_wrap=True)
    if restarted:
        table.add_column("restarts", justify="right", min_width=len("restarts"))
    for stage in status.stages:
        cells = (
            stage.name,
            Text(_state(stage), style=COLOURS.get(stage.state, "dim")),
            _bar(stage) if width >= WIDE else f"{_done(stage):3d} %",
            _left(stage),
            stage.ready if stage.state != "Pending" else "",
            elapsed(stage, now),
            headline(stage.metrics),
        )
        table.add_row(*cells, *([str(stage.restarts or "")] if restarted else []))
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
    done = _done(stage)
    row = Table.grid(padding=(0, 1, 0, 0))
    row.add_row(ProgressBar(total=100, completed=done, width=BAR), f"{done:3d} %")
    return row


def _done(stage: StageStatus) -> int:
    return 100 if stage.state == "Succeeded" else stage.progress_percentage


def _left(stage: StageStatus) -> str:
    left = stage.estimated_remaining_seconds
    return "" if left is None or stage.state != "Running" else duration(left)
