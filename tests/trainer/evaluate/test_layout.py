"""The report in a browser: whatever the names, nothing is cut off."""

from dataclasses import replace
from pathlib import Path

import pytest

from hone_trainer.evaluate.evaluation import Evaluation
from hone_trainer.evaluate.page import render
from hone_trainer.html.picture import Grid, Line, Plot
from hone_trainer.metrics.metric import Estimate
from tests.trainer.browser import lay_out
from tests.trainer.evaluate.test_page import CLICKED, COURSE, EVALUATION, ORIGINS

LONG = "unbroken" * 9
HOSTILE = f'<script>alert("&")</script>{LONG}'


def hostile() -> Evaluation:
    """Names as bad as can be, figures as large."""
    lines = tuple(Line(f"{HOSTILE}{k}", ((0.0, -1e9), (1e9, 3e12))) for k in range(4))
    names = tuple(f"{HOSTILE}_{k}" for k in range(13))
    pictures = (
        Plot(HOSTILE, HOSTILE, LONG[:40], lines, lines[0], HOSTILE),
        Grid(HOSTILE, "decided", "true", names, names, ((1e9,) * 13,) * 13, HOSTILE),
    )
    huge = Estimate(123456789.5, 123456780.0, 123456799.0)
    every = dict.fromkeys(CLICKED.titles, huge)
    segments = {HOSTILE: {f"{HOSTILE}{k}": (10**9, huge) for k in range(3)}}
    target = replace(
        CLICKED,
        shipped=every,
        prior=every,
        baseline=every,
        gain=every,
        segments=segments,
        pictures=pictures,
    )
    origins = replace(
        ORIGINS,
        courses=tuple(replace(COURSE, name=f"{HOSTILE}{k}") for k in range(6)),
        data_report=f"s3://{'deep/' * 40}{LONG}",
        stages={HOSTILE: {"prepare": {LONG: HOSTILE}}},
    )
    return replace(
        EVALUATION, job=HOSTILE, targets={HOSTILE: target}, baseline="linear", origins=origins
    )


def test_names_are_escaped_wherever_they_stand() -> None:
    page = render(hostile())
    assert "<script>" not in page
    assert 'alert("' not in page
    assert page.count("&lt;script&gt;") > 20


@pytest.mark.slow
@pytest.mark.parametrize("made", [EVALUATION, hostile()], ids=["usual", "hostile"])
def test_nothing_is_cut_off_on_a_desk_or_a_phone(made: Evaluation, tmp_path: Path) -> None:
    for layout in lay_out(render(made), (1280, 390, 320), tmp_path):
        assert layout.needs <= layout.width
        assert layout.cut == ()
