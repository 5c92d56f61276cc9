"""The report of a job as one HTML page that needs nothing else: no script, no font, no network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from hone_trainer.chart import draw
from hone_trainer.evaluation import Evaluation

STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --dim: #5b6675; --line: #d9dee5; --back: #fff;
  --good: #14713d; --bad: #b3261e; --s0: #2563b8; --s1: #b4570b; --s2: #14713d; --s3: #8a3ab9; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --dim: #9aa6b5; --line: #333c48;
  --back: #12161c; --good: #5fca8d; --bad: #ff8a80; --s0: #7fb2ff; --s1: #ffb06b; --s2: #5fca8d;
  --s3: #d2a0f5; } }
body { margin: 0 auto; max-width: 46rem; padding: 1.5rem 1rem 3rem; background: var(--back);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .3rem 0; } .dim { color: var(--dim); } .good { color: var(--good); }
.bad { color: var(--bad); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); text-align: right;
  white-space: nowrap; }
th:first-child, td:first-child { text-align: left; white-space: normal; min-width: 8rem;
  overflow-wrap: anywhere; }
th:last-child, td:last-child { padding-right: 0; }
th { font-weight: 600; color: var(--dim); }
svg { width: 100%; height: auto; display: block; } svg text { fill: var(--dim); font-size: 13px; }
@media (max-width: 30rem) { svg text { font-size: 16px; } }
"""


def render(evaluation: Evaluation) -> str:
    """Give the page."""
    sections = (
        _head(evaluation),
        _gates(evaluation),
        _before_and_after(evaluation),
        _candidates(evaluation),
        _history(evaluation),
    )
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(evaluation.job)}: report</title>\n<style>{STYLE}</style>\n"
        f"{''.join(sections)}</html>\n"
    )


def _head(e: Evaluation) -> str:
    figures = ", ".join(f"{label} <b>{e.figures[name]:.4f}</b>" for name, label in FIGURES)
    return (
        f"<h1>{escape(e.job)}</h1>\n<p>{figures}</p>\n"
        f'<p class="dim">{escape(e.shipped)} on {e.rows:,} test rows that nothing else has seen'
        "</p>\n"
    )


def _gates(e: Evaluation) -> str:
    if not e.verdicts:
        return ""
    rows = (
        (
            v.metric,
            f"{v.figure:.4f}",
            f"{'≥' if v.lower else '≤'} {v.bound:g}",
            '<span class="good">passed</span>' if v.passed else '<span class="bad">failed</span>',
        )
        for v in e.verdicts
    )
    return "<h2>Gates</h2>\n" + _table(("metric", "figure", "bound", ""), rows)


def _before_and_after(e: Evaluation) -> str:
    if e.float_figures is None:
        return ""
    rows: list[tuple[str, ...]] = [
        (f"{label}, test part", f"{e.float_figures[name]:.4f}", f"{e.figures[name]:.4f}")
        for name, label in FIGURES
    ]
    if e.compression is not None:
        before = e.compression["float"]
        after = next(
            (c for c in e.compression["candidates"] if c["name"] == e.compression["chosen"]), before
        )
        rows += [
            ("file, bytes", _count(before["size"]["raw"]), _count(after["size"]["raw"])),
            ("packaged, bytes", *(_count(t["size"]["packaged"]) for t in (before, after))),
            ("parameters not zero", *(_count(t["size"]["nonzero"]) for t in (before, after))),
            ("one row, µs (p50)", *(f"{t['latency'][0]:.1f}" for t in (before, after))),
            ("one row, µs (p95)", *(f"{t['latency'][1]:.1f}" for t in (before, after))),
        ]
    table = _table(("", "float", "shipped"), rows)
    if e.accuracy_change is None:
        return f"<h2>Before and after compression</h2>\n{table}"
    estimate, low, high = e.accuracy_change
    return (
        f"<h2>Before and after compression</h2>\n{table}"
        f'<p class="dim">Accuracy changed by {estimate:+.4f} on the same rows '
        f"(95 % interval {low:+.4f} to {high:+.4f}).</p>\n"
    )


def _candidates(e: Evaluation) -> str:
    if e.compression is None:
        return ""
    metric, chosen = e.compression["metric"], e.compression["chosen"]
    rows = (_candidate(candidate, chosen) for candidate in e.compression["candidates"])
    table = _table(("validation part", "packaged", f"Δ {metric}", "µs"), rows)
    return f"<h2>Candidates</h2>\n{table}<p>{escape(e.compression['message'])}</p>\n"


def _candidate(candidate: dict[str, Any], chosen: str) -> tuple[str, ...]:
    # Room for a narrow screen to break the line where a reader would.
    name = escape(candidate["name"]).replace("(", "(<wbr>")
    if candidate["failure"]:
        return (f'{name}<br><span class="bad">{escape(candidate["failure"])}</span>', "", "", "")
    return (
        f"<b>{name}</b>" if candidate["name"] == chosen else name,
        _count(candidate["size"]["packaged"]),
        f"{0.0 - candidate['drop']:+.4f}",
        f"{candidate['latency'][0]:.1f}",
    )


def _history(e: Evaluation) -> str:
    lines = [line for line in e.history if len(line) > 1]
    return "<h2>Validation accuracy by epoch</h2>\n" + draw(lines) if lines else ""


FIGURES = (("accuracy", "accuracy"), ("auc", "AUC"), ("logLoss", "log loss"))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Give a table; cells are HTML already."""
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in rows)
    return f'<div class="wide"><table>\n<tr>{top}</tr>\n{body}</table></div>\n'


def _count(number: int) -> str:
    return f"{number:,}"
