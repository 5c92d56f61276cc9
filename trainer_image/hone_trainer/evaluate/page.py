"""The report of a job as one HTML page that needs nothing else: no script, no font, no network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from hone_trainer.evaluate.compression_tables import before_and_after, candidates
from hone_trainer.evaluate.estimates import change, figure, interval, span
from hone_trainer.evaluate.evaluation import PRIOR, Evaluation, Judged
from hone_trainer.evaluate.fusion_tables import fused
from hone_trainer.evaluate.origin_tables import asked, data, training
from hone_trainer.html.grid import grid
from hone_trainer.html.picture import Grid
from hone_trainer.html.plot import plot
from hone_trainer.html.sheet import count, frame, table
from hone_trainer.html.whiskers import whiskers
from hone_trainer.metrics.metric import Estimate


def render(evaluation: Evaluation) -> str:
    """Return the page."""
    sections = (
        _head(evaluation),
        _gates(evaluation),
        *(_target(evaluation, target) for target in evaluation.targets),
        fused(evaluation),
        before_and_after(evaluation),
        candidates(evaluation),
        training(evaluation),
        data(evaluation.origins),
        asked(evaluation.origins),
    )
    return frame(f"{evaluation.job}: report", sections)


def _head(e: Evaluation) -> str:
    first = e.first
    told = ", ".join(
        f"{escape(title)} <b>{figure(first.shipped[name])}</b>"
        for name, title in list(first.titles.items())[:3]
    )
    lead = first.titles[first.leading]
    prior = figure(first.prior[first.leading])
    beaten = "".join(f'<p class="bad">{escape(text)}</p>\n' for text in e.defeats())
    return (
        f"<h1>{escape(e.job)}</h1>\n<p>{told}</p>\n{beaten}"
        f'<p class="dim">{escape(e.shipped)} on {e.rows:,} test rows that nothing else has seen; '
        f"without features the {escape(lead)} would be {prior}</p>\n"
    )


def _gates(e: Evaluation) -> str:
    if not e.verdicts:
        return ""
    rows = (
        (
            v.metric,
            v.told,
            f"{'≥' if v.lower else '≤'} {v.bound:g}",
            '<span class="good">passed</span>' if v.passed else '<span class="bad">failed</span>',
        )
        for v in e.verdicts
    )
    return "<h2>Gates</h2>\n" + table(("metric", "figure", "bound", ""), rows)


def _target(e: Evaluation, target: str) -> str:
    """Draw all that is known of the answers to one target."""
    judged = e.targets[target]
    whose = f": {escape(target)}" if len(e.targets) > 1 else ""
    pictures = "".join(
        grid(each) if isinstance(each, Grid) else plot(each) for each in judged.pictures
    )
    return (
        f"<h2>Test part{whose}</h2>\n{_against(e, judged)}{_figures(e, judged)}"
        + (f'<div class="plots">{pictures}</div>\n' if pictures else "")
        + "".join(_segments(judged))
    )


def _against(e: Evaluation, judged: Judged) -> str:
    """Draw the leading figure beside that of simpler answers."""
    name, title = judged.leading, judged.titles[judged.leading]
    if judged.shipped[name].value is None:
        return ""
    sides = {
        "the model that ships": judged.shipped,
        "before compression": judged.before,
        e.baseline: judged.baseline,
        PRIOR: judged.prior,
    }
    found = {who: figures[name] for who, figures in sides.items() if figures is not None}
    # The answer without features is often so far off that all others would be one dot.
    near = [estimate for who, estimate in found.items() if who != PRIOR]
    rows = _drawn(found, judged.shipped[name].value, near if len(near) > 1 else ())
    better = "more" if judged.higher[name] else "less"
    return table(("", title, "95 % interval", f"{better} is better"), rows)


def _figures(e: Evaluation, judged: Judged) -> str:
    """Draw every figure, beside the answer without features."""
    rows = []
    for name, title in judged.titles.items():
        shipped = judged.shipped[name]
        told = interval(shipped) or escape(shipped.reason)
        row = [escape(title), figure(shipped), told, figure(judged.prior[name])]
        if judged.baseline is not None and judged.gain is not None:
            row += [figure(judged.baseline[name]), change(judged.gain[name])]
        rows.append(row)
    columns = ["figure", "value", "95 % interval", "without features"]
    if judged.baseline is not None:
        columns += [e.baseline, f"difference from {e.baseline}"]
    return table(columns, rows)


def _segments(judged: Judged) -> Iterator[str]:
    """Draw the leading figure of each segment."""
    title = judged.titles[judged.leading]
    for column, segments in judged.segments.items():
        drawn = _drawn(
            {name: estimate for name, (_, estimate) in segments.items()},
            judged.shipped[judged.leading].value,
        )
        sizes = (count(size) for size, _ in segments.values())
        rows = ((row[0], size, *row[1:]) for row, size in zip(drawn, sizes, strict=True))
        yield f"<h3>{escape(title)} by {escape(column)}</h3>\n"
        yield table((column, "rows", title, "95 % interval", ""), rows)
        yield '<p class="dim">The dotted line is all rows together.</p>\n'


def _drawn(
    figures: dict[str, Estimate], beside: float | None, scale: Sequence[Estimate] = ()
) -> list[tuple[str, ...]]:
    """Return name, figure, interval and a picture of both, all to one scale."""
    spans = [span(each) for each in figures.values()]
    drawn = whiskers(spans, beside, [span(each) for each in scale])
    return [
        (escape(name), figure(each), interval(each) or escape(each.reason), picture)
        for (name, each), picture in zip(figures.items(), drawn, strict=True)
    ]
