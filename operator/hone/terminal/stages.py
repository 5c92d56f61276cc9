"""The table of a job's stages: where each stands, how far it is, what it has found so far."""

from datetime import datetime

from rich.console import RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from hone.api.status import JobStatus, StageStatus
from hone.plan.figures import taken_over
from hone.plan.world import when
from hone.terminal.figures import between, duration, headline
from hone.terminal.tables import GAP, Column, draw

COLOURS = {"Succeeded": "green", "Running": "cyan", "Failed": "red", "Suspended": "yellow"}
BAR, PERCENT = 24, len(" 100 %")


def stage_table(status: JobStatus, now: datetime, width: int) -> Table:
    """Draw the stages of a job that is under way.

    Args:
        status: the job.
        now: the time.
        width: columns of the terminal.
    """
    stages = status.stages
    columns = [
        Column("stage", [each.name for each in stages]),
        Column("state", [state(each) for each in stages], width=len("Succeeded")),
        Column("progress", [f"{_done(each):3d} %" for each in stages], whole=True),
        Column("left", [_left(each) for each in stages], 1, whole=True),
        Column("pods", [each.ready if each.state != "Pending" else "" for each in stages], 4),
        Column("time", [elapsed(each, now) for each in stages], 5, whole=True),
        Column("figure", [headline(each.metrics) for each in stages], 3, whole=True),
    ]
    if any(each.restarts for each in stages):
        restarts = [str(each.restarts or "") for each in stages]
        columns.append(Column("restarts", restarts, 2, right=True))
    if sum(column.most + GAP for column in columns) + BAR <= width:
        columns[2] = Column("progress", [_bar(each) for each in stages], width=BAR + PERCENT)
    return draw(columns, width, framed=False)


def state(stage: StageStatus) -> Text:
    """Write where a stage stands, in the colour of that."""
    if stage.state == "Succeeded" and taken_over(stage):
        return Text("Reused", COLOURS[stage.state])
    restarting = any(gang.state == "Pending" and gang.attempt for gang in stage.gangs)
    return Text("Restarting" if restarting else stage.state, COLOURS.get(stage.state, "dim"))


def elapsed(stage: StageStatus, now: datetime) -> str:
    """Write how long a stage has taken so far, or took."""
    if stage.started_at is None:
        return ""
    end = when(stage.finished_at) if stage.finished_at else now
    return between(end - when(stage.started_at))


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
