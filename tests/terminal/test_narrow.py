"""At sixty and at eighty columns nothing that is needed is cut."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from hone.api.status import JobStatus
from hone.plan.events import Announcement
from hone.terminal import results
from hone.terminal.closing import close
from hone.terminal.findings import Figure, Findings
from hone.terminal.stages import stage_table
from hone.terminal.view import LiveView
from hone_trainer.contract.assignment import Store
from tests.terminal.statuses import at, complete, console, drawn, ended, running, text

REMEDY = (
    "stage data: column 'price' has no value in row 12 (and 3 more): add {missing: {}} to"
    " prepare.clean[0], or leave [price] out of prepare.columns"
)
ROOT = "/home/somebody/projects/shop/.hone/artifacts/default/clicks/ad3b0f80-cecc-5155-a353"
narrow = pytest.mark.parametrize("width", [60, 80])


def renamed(status: JobStatus, length: int) -> JobStatus:
    """The same with stages of longer names."""
    stages = (
        stage.model_copy(update={"name": stage.name.ljust(length, "x")}) for stage in status.stages
    )
    return status.model_copy(update={"stages": tuple(stages)})


def longest(shown: str) -> int:
    return max(map(len, shown.splitlines()))


@narrow
@pytest.mark.parametrize("length", [0, 12, 24])
def test_while_it_runs_names_states_and_shares_stay_whole(width: int, length: int) -> None:
    status = renamed(running(), length)
    shown = drawn(stage_table(status, at(7200), width), width)
    assert longest(shown) <= width
    assert "…" not in shown
    for stage, share in zip(status.stages, ("100 %", " 40 %", "  0 %"), strict=True):
        (line,) = (line for line in shown.splitlines() if line.startswith(f"{stage.name} "))
        assert f" {stage.state} " in line
        assert share in line
    assert "1 min 35 s" in shown


@narrow
def test_a_name_longer_than_the_terminal_is_broken_and_not_cut(width: int) -> None:
    shown = drawn(stage_table(renamed(running(), 63), at(20), width), width)
    assert longest(shown) <= width
    assert shown.count("x") == sum(63 - len(stage.name) for stage in running().stages)
    assert "Succeeded" in shown
    assert "100 %" in shown


@narrow
def test_at_the_end_states_figures_sizes_and_paths_stay_whole(width: int, tmp_path: Path) -> None:
    paper = console(width)
    status = complete(ROOT)
    close(paper, status, Store(uri=ROOT), tmp_path)
    shown = text(paper)
    assert "…" not in shown
    rows = [line for line in shown.splitlines() if line.startswith("│")]
    for words in (
        *(("data", "Succeeded", "rows 135,000"), ("evaluate", "Succeeded", "auc 0.8888")),
        *(("float", "1.7 MiB", "0.8941"), ("compressed", "474.6 KiB", "0.8950")),
        *(("floatAuc", "0.8892"), ("474.6 KiB", "compress/0/0/model.tflite")),
    ):
        assert any(all(f" {word} " in row for word in words) for row in rows), words
    assert max(map(len, rows)) <= width
    assert f"report: {ROOT}/evaluate/0/0/report.html" in shown.splitlines()


@narrow
def test_the_leading_figure_of_every_member_is_shown(width: int) -> None:
    line = ({"valRmse": 1894.123}, {"valRmse": 1000.0})
    findings = Findings(
        leading="valRmse", title="validation RMSE", history=(line,) * 16, kept=(2,) * 16
    )
    part = results.epochs(findings, width)
    assert part is not None
    shown = drawn(part, width)
    assert longest(shown) <= width
    assert "Validation RMSE" in shown
    assert shown.count("1,894.1") == shown.count("1,000 *") == 16
    assert [f"member {member} " in shown for member in range(16)] == [True] * 16


@narrow
def test_of_the_test_part_value_and_prior_are_always_shown(width: int) -> None:
    figure = Figure("recall at 10", 0.31234, 0.29, 0.33, 0.12, 0.32)
    part = results.test(Findings(targets={"next item": (figure,)}, rows=900), width)
    assert part is not None
    shown = drawn(part, width)
    assert longest(shown) <= width
    assert "0.3123 " in shown
    assert "0.1200 " in shown


@narrow
def test_a_long_name_of_what_was_watched_is_not_cut(width: int) -> None:
    figures = {"floatNormalizedEntropy": 0.71, "compressedNormalizedEntropy": 0.72, "ratio": 3.0}
    part = results.compression(Findings(compression={"floatBytes": 9.0, **figures}), width)
    assert part is not None
    shown = drawn(part, width)
    assert longest(shown) <= width
    assert "0.7200" in shown
    assert "normalizedEntropy" in shown


@narrow
def test_a_failures_remedy_stays_whole(width: int, tmp_path: Path) -> None:
    paper = console(width)
    failed = JobStatus(conditions=(ended("Failed", "MissingValues", REMEDY),))
    close(paper, failed, Store(uri=ROOT), tmp_path)
    assert f"failed (MissingValues): {REMEDY}" in text(paper).splitlines()


@narrow
def test_what_the_live_view_tells_is_broken_and_not_cut(width: int) -> None:
    terminal = Console(file=io.StringIO(), force_terminal=True, width=width, color_system=None)
    status = running()
    told = {"message": REMEDY}
    stages = (status.stages[0], status.stages[1].model_copy(update=told), status.stages[2])
    with LiveView(terminal, lambda: at(20)) as view:
        view.show(status.model_copy(update={"stages": stages}))
        view.tell(Announcement("Warning", "Restarting", REMEDY))
    shown = " ".join(text(terminal).split())
    assert f"Restarting {REMEDY}" in shown
    assert f"train: {REMEDY}" in shown
