"""What reports draw of answers, for the tasks that they say something of.

Each takes who answered and what figures read of it, the model that ships first; what cannot be
drawn of somebody's answers is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from hone_trainer.html.picture import Grid, Line, Plot, Point
from hone_trainer.metrics.auc import Auc
from hone_trainer.metrics.calibration_error import curve
from hone_trainer.metrics.curves import confusion, residuals, roc, spread
from hone_trainer.metrics.ranking import Recall
from hone_trainer.metrics.scored import Floats, Scored

Answered = Mapping[str, Scored]
CUTS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 40, 50)
MOST_CLASSES = 12
"""Classes of a confusion that a screen has room for, and that a reader can compare."""
DIGITS = 5
BINS = 24
OUTER = (0.01, 0.99)
"""Quantiles of errors between which they are told apart."""


def reliability(answered: Answered, what: str) -> Iterator[Plot]:
    """Yield how often what was forecast came true, of the model that ships before it was
    calibrated, too.

    Args:
        answered: with the columns ``forecast`` and ``outcome``, and ``uncalibrated`` where
            something was fitted to the answers.
        what: what came true, in a few words.
    """
    lines = [Line(who, _points(*curve(scored)[1:])) for who, scored in answered.items()]
    ours = next(iter(answered.values()))
    if "uncalibrated" in ours.columns:
        # Last, so that the others look as they do in the pictures beside it.
        raw = curve(ours, of="uncalibrated")[1:]
        lines.append(Line("before calibration", _points(*raw)))
    far = max(x for line in lines for x, _ in line.points)
    yield Plot(
        title="Calibration",
        across="forecast",
        up=f"share of rows where {what}",
        lines=tuple(lines),
        guide=Line("as forecast", ((0.0, 0.0), (far, far))),
        reading="Above the dotted line more came true than was forecast, below it less. All "
        "dots stand for the same number of rows.",
    )


def operating(answered: Answered) -> Iterator[Plot]:
    """Yield the ROC curve: what each threshold finds, and what it costs.

    Args:
        answered: with the columns ``truth`` and ``probability``.
    """
    lines = tuple(
        Line(who, _points(*roc(scored)))
        for who, scored in answered.items()
        if not Auc().undefined(scored) and np.ptp(scored.floats("probability"))
    )
    if lines:
        yield Plot(
            title="ROC curve",
            across="share of negative rows above the threshold",
            up="share of positive rows above it",
            lines=lines,
            guide=Line("by chance", ((0.0, 0.0), (1.0, 1.0))),
            reading="The steeper it rises, the fewer negative rows are taken along.",
        )


def mistaken(scored: Scored, names: Sequence[str]) -> Iterator[Grid]:
    """Yield which classes are taken for which.

    Args:
        scored: with the columns ``truth`` and ``decision``.
        names: of the classes, by their codes.
    """
    kept, cells = confusion(scored, MOST_CLASSES)
    named = tuple(names[code] for code in kept)
    others = ("and others",) * (len(cells) - len(kept))
    told = f"The {len(kept)} classes with the most errors" if others else "Every class"
    yield Grid(
        title="Confusion",
        across="decided",
        up="true",
        columns=(*named, *others),
        rows=(*named, *others),
        cells=tuple(tuple(_kept(each) for each in row) for row in cells),
        reading=f"{told}: rows of the test part by their true class and by the one decided for; "
        "errors in red, each shaded by its share of the row.",
    )


def found_by_cut(answered: Answered) -> Iterator[Plot]:
    """Yield which share of what is relevant stands among the first k.

    Args:
        answered: with the columns ``better``, ``equal`` and ``relevance``.
    """
    lines = (
        Line(who, tuple((float(k), _kept(Recall(at=k).value(scored))) for k in CUTS))
        for who, scored in answered.items()
    )
    yield Plot(
        title="Found among the first k",
        across="k",
        up="share of the relevant ones",
        lines=tuple(lines),
        reading="How many places a page needs; ties count as if they were drawn by lot.",
    )


def distances(answered: Answered) -> Iterator[Plot]:
    """Yield what came true by what was answered, and how far off the answers are.

    Args:
        answered: with the columns ``truth`` and ``value``.
    """
    lines = []
    for place, (who, scored) in enumerate(answered.items()):
        value, truth = spread(scored)
        band = tuple((_kept(low), _kept(high)) for low, high in truth[:, [0, 2]])
        lines.append(Line(who, _points(value, truth[:, 1]), band if place == 0 else ()))
    ends = [x for line in lines for x, _ in line.points]
    yield Plot(
        title="True by predicted",
        across="predicted",
        up="true, median of each bin",
        lines=tuple(lines),
        guide=Line("as predicted", tuple((end, end) for end in (min(ends), max(ends)))),
        reading="Eight of ten rows lie in the shaded band of the model. All dots stand for the "
        "same number of rows.",
    )
    yield from _errors(answered)


def _errors(answered: Answered) -> Iterator[Plot]:
    errors = np.concatenate(
        [(s.floats("value") - s.floats("truth"))[s.weight > 0] for s in answered.values()]
    )
    low, high = np.quantile(errors, OUTER)
    if low < high:
        edges = np.linspace(low, high, BINS + 1)
        yield Plot(
            title="Errors",
            across="predicted minus true",
            up="share of rows",
            lines=tuple(
                Line(who, tuple(_steps(edges, residuals(scored, edges))))
                for who, scored in answered.items()
            ),
            reading="To the right of 0 too much was predicted. The outermost steps hold all that "
            "is beyond.",
        )


def _steps(edges: Floats, heights: Floats) -> Iterator[Point]:
    for first, last, height in zip(edges[:-1], edges[1:], heights, strict=True):
        yield _kept(first), _kept(height)
        yield _kept(last), _kept(height)


def _points(across: Floats, up: Floats) -> tuple[Point, ...]:
    return tuple((_kept(x), _kept(y)) for x, y in zip(across, up, strict=True))


def _kept(value: float) -> float:
    """Return as many digits as a picture shows."""
    return float(f"{value:.{DIGITS}g}")
