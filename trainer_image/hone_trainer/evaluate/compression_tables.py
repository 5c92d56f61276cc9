"""What compression changed, and what else was tried."""

from __future__ import annotations

from html import escape
from typing import Any

from hone_trainer.contract.figures import signed
from hone_trainer.evaluate.estimates import change, figure
from hone_trainer.evaluate.evaluation import Evaluation
from hone_trainer.html.sheet import count, table


def before_and_after(e: Evaluation) -> str:
    """Return the figures, size and latency of both models; empty where nothing was compressed."""
    first = e.first
    if first.before is None or first.change is None:
        return ""
    rows: list[tuple[str, ...]] = []
    for name, title in first.titles.items():
        told = figure(first.before[name]), figure(first.shipped[name])
        rows.append((escape(title), *told, change(first.change[name])))
    if e.compression is not None:
        before = e.compression["float"]
        after = next(
            (c for c in e.compression["candidates"] if c["name"] == e.compression["chosen"]), before
        )
        both = (before, after)
        rows += [
            ("file, bytes", *(count(t["size"]["raw"]) for t in both), ""),
            ("packaged, bytes", *(count(t["size"]["packaged"]) for t in both), ""),
            ("parameters not zero", *(count(t["size"]["nonzero"]) for t in both), ""),
            ("one row, µs (p50)", *(f"{t['latency'][0]:.1f}" for t in both), ""),
            ("one row, µs (p95)", *(f"{t['latency'][1]:.1f}" for t in both), ""),
        ]
    head = ("test part", "float", "shipped", "change on the same rows")
    return "<h2>Before and after compression</h2>\n" + table(head, rows)


def candidates(e: Evaluation) -> str:
    """Return what was tried on the validation part; empty where nothing was."""
    if e.compression is None:
        return ""
    metric, chosen = e.compression["title"], e.compression["chosen"]
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
        "–" if (moved := candidate["change"]["value"]) is None else signed(moved),
        f"{candidate['latency'][0]:.1f}",
    )
