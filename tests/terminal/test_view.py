"""What is seen while a job runs."""

import io
from datetime import datetime

from rich.console import Console

from hone.plan.events import Announcement
from hone.terminal.stages import stage_table
from hone.terminal.view import LiveView, PlainView, view_for
from tests.terminal.statuses import at, console, drawn, running, text

STARTED = Announcement("Normal", "StageRunning", "stage train: starting")
RESTARTED = Announcement("Warning", "Restarting", "stage train, member 0: out of memory")


class Watch:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> datetime:
        return at(self.seconds)


def test_a_line_per_stage() -> None:
    head, *rows = drawn(stage_table(running(), at(20), 120)).splitlines()
    columns = ["stage", "state", "progress", "left", "pods", "time", "figure", "restarts"]
    assert head.split() == columns
    assert rows[0].split()[:2] == ["data", "Succeeded"]
    assert " 100 %" in rows[0]
    assert rows[0].endswith("1/1   8 s   rows 12,000")
    assert " 40 %  1 min 35 s  3/4   12 s  valAuc 0.8855" in rows[1]
    assert rows[1].endswith("1")
    assert rows[2].split()[:2] == ["evaluate", "Pending"]


def test_a_pipe_gets_lines_and_a_terminal_a_table() -> None:
    assert isinstance(view_for(console(), Watch()), PlainView)
    terminal = Console(file=io.StringIO(), force_terminal=True)
    assert isinstance(view_for(terminal, Watch()), LiveView)


def test_plain_lines_tell_every_transition_and_progress_now_and_then() -> None:
    watch, paper = Watch(), console()
    with PlainView(paper, watch) as view:
        view.tell(STARTED)
        for second in range(26):
            watch.seconds = second
            view.show(running())
    progress = (
        "stage train: 40 %, pods 3/4, 1 min 35 s left, valAuc 0.8855, epoch 4/10: loss 0.2310"
    )
    assert text(paper).splitlines() == [
        "00:00:00 StageRunning: stage train: starting",
        f"00:00:10 {progress}",
        f"00:00:20 {progress}",
    ]


def test_the_live_view_draws_the_table_and_tells_what_went_wrong() -> None:
    terminal = Console(file=io.StringIO(), force_terminal=True, width=120, color_system=None)
    with LiveView(terminal, Watch()) as view:
        view.show(running())
        view.tell(STARTED)
        view.tell(RESTARTED)
    shown = text(terminal)
    assert "Restarting stage train, member 0: out of memory" in shown
    assert "train: epoch 4/10: loss 0.2310" in shown
    assert "stage train: starting" not in shown


def test_eighty_columns_are_enough() -> None:
    shown = drawn(stage_table(running(), at(20), 80), width=80)
    assert "…" not in shown
    assert "train     Running     40 %" in shown
    assert max(len(line) for line in shown.splitlines()) <= 80


def test_restarts_are_shown_once_there_are_any() -> None:
    stages = tuple(stage.model_copy(update={"restarts": 0}) for stage in running().stages)
    calm = running().model_copy(update={"stages": stages})
    assert "restarts" not in drawn(stage_table(calm, at(20), 120))


def test_how_far_the_whole_job_is_stands_below_its_stages() -> None:
    status = running().model_copy(update={"progress": "43%"})
    watch, paper = Watch(), console()
    plain = PlainView(paper, watch)
    watch.seconds = 60
    plain.show(status)
    assert text(paper).rstrip().endswith("loss 0.2310 (whole job: 43 %)")
    live = LiveView(console(), watch)
    live.show(status)
    assert drawn(live._draw()).rstrip().endswith("whole job: 43 %")


def test_a_job_of_one_stage_is_as_far_as_that() -> None:
    status = running()
    alone = status.model_copy(update={"progress": "40%", "stages": status.stages[1:2]})
    live = LiveView(console(), Watch())
    live.show(alone)
    assert "whole job" not in drawn(live._draw())
