"""The report of a job as one HTML page that needs nothing else: no script, no font, no network."""

from __future__ import annotations

from html import escape
from typing import Any

from hone_trainer.evaluate.evaluation import Evaluation
from hone_trainer.html.chart import draw
from hone_trainer.html.sheet import count, frame, table
from hone_trainer.metrics.unknowns import say


def render(evaluation: Evaluation) -> str:
    """Give the page."""
    sections = (
        _head(evaluation),
        _gates(evaluation),
        _before_and_after(evaluation),
        _candidates(evaluation),
        _history(evaluation),
    )
    return frame(f"{evaluation.job}: report", sections)


def _head(e: Evaluation) -> str:
    figures = ", ".join(f"{label} <b>{_figure(e.figures[name])}</b>" for name, label in FIGURES)
    gaps = "".join(f'<p class="bad">{escape(text)}</p>\n' for text in say(e.gaps))
    return (
        f"<h1>{escape(e.job)}</h1>\n<p>{figures}</p>\n{gaps}"
        f'<p class="dim">{escape(e.shipped)} on {e.rows:,} test rows that nothing else has seen'
        "</p>\n"
    )


def _gates(e: Evaluation) -> str:
    if not e.verdicts:
        return ""
    rows = (
        (
            v.metric,
            _figure(v.figure),
            f"{'≥' if v.lower else '≤'} {v.bound:g}",
            '<span class="good">passed</span>' if v.passed else '<span class="bad">failed</span>',
        )
        for v in e.verdicts
    )
    return "<h2>Gates</h2>\n" + table(("metric", "figure", "bound", ""), rows)


def _before_and_after(e: Evaluation) -> str:
    if e.float_figures is None:
        return ""
    rows: list[tuple[str, ...]] = [
        (f"{label}, test part", _figure(e.float_figures[name]), _figure(e.figures[name]))
        for name, label in FIGURES
    ]
    if e.compression is not None:
        before = e.compression["float"]
        after = next(
            (c for c in e.compression["candidates"] if c["name"] == e.compression["chosen"]), before
        )
        rows += [
            ("file, bytes", count(before["size"]["raw"]), count(after["size"]["raw"])),
            ("packaged, bytes", *(count(t["size"]["packaged"]) for t in (before, after))),
            ("parameters not zero", *(count(t["size"]["nonzero"]) for t in (before, after))),
            ("one row, µs (p50)", *(f"{t['latency'][0]:.1f}" for t in (before, after))),
            ("one row, µs (p95)", *(f"{t['latency'][1]:.1f}" for t in (before, after))),
        ]
    figures = table(("", "float", "shipped"), rows)
    if e.accuracy_change is None:
        return f"<h2>Before and after compression</h2>\n{figures}"
    estimate, low, high = e.accuracy_change
    return (
        f"<h2>Before and after compression</h2>\n{figures}"
        f'<p class="dim">Accuracy changed by {estimate:+.4f} on the same rows '
        f"(95 % interval {low:+.4f} to {high:+.4f}).</p>\n"
    )


def _candidates(e: Evaluation) -> str:
    if e.compression is None:
        return ""
    metric, chosen = e.compression["metric"], e.compression["chosen"]
    rows = (_candidate(candidate, chosen) for candidate in e.compression["candidates"])
    figures = table(("validation part", "packaged", f"Δ {metric}", "µs"), rows)
    return f"<h2>Candidates</h2>\n{figures}<p>{escape(e.compression['message'])}</p>\n"


def _candidate(candidate: dict[str, Any], chosen: str) -> tuple[str, ...]:
    # Room for a narrow screen to break the line where a reader would.
    name = escape(candidate["name"]).replace("(", "(<wbr>")
    if candidate["failure"]:
        return (f'{name}<br><span class="bad">{escape(candidate["failure"])}</span>', "", "", "")
    return (
        f"<b>{name}</b>" if candidate["name"] == chosen else name,
        count(candidate["size"]["packaged"]),
        UNKNOWN if candidate["drop"] is None else f"{0.0 - candidate['drop']:+.4f}",
        f"{candidate['latency'][0]:.1f}",
    )


def _figure(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.4f}"


def _history(e: Evaluation) -> str:
    lines = [line for line in e.history if len(line) > 1]
    return "<h2>Validation accuracy by epoch</h2>\n" + draw(lines) if lines else ""


UNKNOWN = "unknown"
FIGURES = (("accuracy", "accuracy"), ("auc", "AUC"), ("logLoss", "log loss"))
