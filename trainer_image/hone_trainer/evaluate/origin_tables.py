"""What led to a model: the course of its trainings, its data, and what was asked for."""

from __future__ import annotations

import json
from collections import Counter
from html import escape

from hone_trainer.evaluate.evaluation import Evaluation
from hone_trainer.evaluate.origins import Course, Origins
from hone_trainer.html.picture import Line, Plot
from hone_trainer.html.plot import plot
from hone_trainer.html.sheet import count, table

SHOWN = 4
"""Trainings whose losses are not folded away."""
HELD = {"id": "ids or words", "number": "numbers"}
"""Kind of a field -> what it holds: a text becomes ids of words, and a time of hours."""


def training(e: Evaluation) -> str:
    """Draw how the trainings went, and say what they started from; empty where none was longer
    than an epoch and all began by chance.
    """
    begun = "".join(
        f"<p>{escape(c.name)}: {escape(c.begun)}</p>\n" for c in e.origins.courses if c.begun
    )
    courses = [c for c in e.origins.courses if max(len(c.leading), len(c.validation)) > 1]
    if not courses:
        return f"<h2>Training</h2>\n{begun}" if begun else ""
    title = f"Validation {e.first.titles[e.first.leading]} by epoch"
    lines = tuple(
        Line(_ended(each), each.leading, marked=_place(each, [x for x, _ in each.leading]))
        for each in courses
        if each.leading
    )
    leading = Plot(title, "epoch", "on the validation part", lines, reading="Ringed: kept.")
    judged = (plot(each) for course in courses for each in _judged(course))
    drawn = [plot(leading), *judged, *(plot(_losses(each)) for each in courses)]
    shown, folded = "".join(drawn[: SHOWN + 1]), drawn[SHOWN + 1 :]
    found = f'<h2>Training</h2>\n{begun}<div class="plots">{shown}</div>\n'
    if folded:
        found += f"<details><summary>{len(folded)} more</summary>"
        found += f'<div class="plots">{"".join(folded)}</div></details>\n'
    return found


def data(origins: Origins) -> str:
    """Say what the model learned from, and where the report of that is."""
    if not origins.rows and not origins.data_report:
        return ""
    kinds = Counter(origins.columns.values())
    told = ", ".join(
        f"{number} of {escape(HELD.get(kind, kind))}" for kind, number in kinds.items()
    )
    rows = [(escape(part), count(number)) for part, number in origins.rows.items()]
    report = escape(origins.data_report)
    if origins.data_link:
        report = f'<a href="{escape(origins.data_link)}">data report</a> <code>{report}</code>'
    fields = f"<p>{len(origins.columns)} inputs of the model: {told}.</p>\n"
    return (
        f"<h2>Data</h2>\n{table(('part', 'rows'), rows)}{fields if told else ''}<p>{report}</p>\n"
    )


def asked(origins: Origins) -> str:
    """Return what each stage was asked for, and what ran."""
    if not origins.stages:
        return ""
    stages = "".join(
        f"<details><summary>{escape(name)}</summary>"
        f"<pre>{escape(json.dumps(run, indent=1, ensure_ascii=False))}</pre></details>\n"
        for name, run in origins.stages.items()
    )
    ran = ", ".join(f"{escape(name)} {escape(of)}" for name, of in origins.versions.items())
    return f'<h2>Job</h2>\n{stages}<p class="dim">seed {origins.seed}; {ran}</p>\n'


def _losses(course: Course) -> Plot:
    lines = (
        Line("validation part", course.validation, marked=_kept(course)),
        Line("training rows", course.training),
    )
    return Plot(f"Loss by epoch: {course.name}", "epoch", "loss", lines, reading=_told(course))


def _judged(course: Course) -> list[Plot]:
    """Return how a judge fared, and what it was worth; nothing where there was none."""
    if not course.judge:
        return []
    first, last = course.judge[0][0], course.judge[-1][0]
    chance = Line("chance", ((first, 0.5), (last, 0.5)))
    right = Line("the judge is right", course.judge)
    told = "On validation rows, the mean of both sides; falling: answers become alike."
    both = (Line("with the judge", course.leading), Line("without", course.unopposed))
    return [
        Plot(f"The judge: {course.name}", "epoch", "share", (right,), chance, told),
        Plot(f"What the judge is worth: {course.name}", "epoch", "on the validation part", both),
    ]


def _told(course: Course) -> str:
    return f"Ringed: epoch {course.kept}, whose weights were kept." if course.kept else ""


def _ended(course: Course) -> str:
    return f"{course.name}: {dict(course.leading).get(course.kept, course.leading[-1][1]):z.4f}"


def _kept(course: Course) -> int | None:
    return _place(course, [x for x, _ in course.validation])


def _place(course: Course, epochs: list[float]) -> int | None:
    """Return where the kept epoch stands among some; None where it does not."""
    return epochs.index(course.kept) if course.kept in epochs else None
