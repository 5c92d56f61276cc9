"""Figures: what the columns show, and when a write is worth its price."""

from datetime import timedelta

import pytest

from hone.api.status import StageStatus
from hone.plan.figures import headline
from hone_trainer.contract.assignment import Metric, Progress
from tests.plan.builders import child, job, seen, settled


@pytest.mark.parametrize(
    ("value", "shown"),
    [("0.879234", "0.8792"), ("135000", "135000"), ("n/a", "n/a"), ("1e-7", "1e-07")],
)
def test_the_headline_reads_well(value: str, shown: str) -> None:
    stage = StageStatus(name="data", kind="prepare", metrics=(Metric(name="rows", value=value),))
    assert headline([stage]) == f"rows={shown}"


def test_the_latest_stage_with_figures_speaks() -> None:
    first = StageStatus(name="a", kind="prepare", metrics=(Metric(name="rows", value="5"),))
    assert headline([first, StageStatus(name="b", kind="train")]) == "rows=5"
    assert headline([]) == ""


def test_figures_alone_are_written_only_now_and_then() -> None:
    running = settled(job(), seen(settled(job()).status, child(ready=1))).status
    place = child().place

    def told(percent: int) -> dict[object, Progress]:
        return {place: Progress(fraction=percent / 100, message=f"{percent} %")}

    first = settled(job(), seen(running, child(ready=1), progress=told(10)), seconds=10).status
    assert first.stages[0].progress_percentage == 10
    soon = settled(job(), seen(first, child(ready=1), progress=told(20)), seconds=12).status
    assert soon == first
    later = settled(job(), seen(first, child(ready=1), progress=told(20)), seconds=15).status
    assert later.stages[0].progress_percentage == 20


def test_figures_that_were_held_back_are_not_forgotten() -> None:
    running = settled(job(), seen(settled(job()).status, child(ready=1))).status
    place = child().place
    first = seen(running, child(ready=1), progress={place: Progress(fraction=0.1)})
    told = settled(job(), first, seconds=10).status
    news = seen(told, child(ready=1), progress={place: Progress(fraction=0.6)})
    assert settled(job(), news, seconds=12).again == timedelta(seconds=3)
    assert settled(job(), news, seconds=15).status.progress == "60%"


def test_progress_never_goes_back() -> None:
    running = settled(job(), seen(settled(job()).status, child(ready=1))).status
    place = child().place
    posts = [{place: Progress(fraction=0.8)}, {place: Progress(fraction=0.1)}]
    for second, post in zip((10, 20), posts, strict=True):
        running = settled(job(), seen(running, child(ready=1), progress=post), second).status
    assert running.stages[0].progress_percentage == 80
