"""The report of a job as one HTML page that needs nothing else: no script, no font, no network."""

from __future__ import annotations

from html import escape
from typing import Any

from hone_trainer.contract.figures import decimal
from hone_trainer.contract.figures import signed as plus
from hone_trainer.evaluate.evaluation import Evaluation
from hone_trainer.html.chart import draw
from hone_trainer.html.sheet import count, frame, table
from hone_trainer.metrics.metric import Estimate


def render(evaluation: Evaluation) -> str:
    """Give the page."""
    sections = (
        _head(evaluation),
        _gates(evaluation),
        _figures(evaluation),
        _segments(evaluation),
        _before_and_after(evaluation),
        _candidates(evaluation),
        _history(evaluation),
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


def _figures(e: Evaluation) -> str:
    """Draw every figure of every target, beside the prior."""
    found = ""
    for target, judged in e.targets.items():
        rows = []
        for name, title in judged.titles.items():
            shipped = judged.shipped[name]
            span = interval(shipped) or escape(shipped.reason)
            row = [escape(title), figure(shipped), span, figure(judged.prior[name])]
            if judged.baseline is not None and judged.gain is not None:
                row += [figure(judged.baseline[name]), signed(judged.gain[name])]
            rows.append(row)
        head = f": {escape(target)}" if len(e.targets) > 1 else ""
        found += f"<h2>Test part{head}</h2>\n"
        columns = ["figure", "value", "95 % interval", "prior"]
        if judged.baseline is not None:
            columns += [e.baseline, f"gain over {e.baseline}"]
        found += table(columns, rows)
    return found


def _segments(e: Evaluation) -> str:
    """Draw the leading figure of each segment."""
    found = ""
    for target, judged in e.targets.items():
        title = judged.titles[judged.leading]
        for column, segments in judged.segments.items():
            rows = (
                (escape(name), count(size), figure(each), interval(each) or escape(each.reason))
                for name, (size, each) in segments.items()
            )
            whose = f" of {escape(target)}" if len(e.targets) > 1 else ""
            found += f"<h2>{escape(title)}{whose} by {escape(column)}</h2>\n"
            found += table((column, "rows", title, "95 % interval"), rows)
    return found


def signed(estimate: Estimate) -> str:
    """Write a difference with its sign, and its interval."""
    told = "–" if estimate.value is None else plus(estimate.value)
    if estimate.low is not None and estimate.high is not None:
        told += f' <span class="dim">{plus(estimate.low)} to {plus(estimate.high)}</span>'
    return told


def figure(estimate: Estimate) -> str:
    """Write a figure with four digits."""
    return "–" if estimate.value is None else decimal(estimate.value)


def interval(estimate: Estimate) -> str:
    """Write its interval; empty where there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    return f"{decimal(estimate.low)} to {decimal(estimate.high)}"


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


def _before_and_after(e: Evaluation) -> str:
    first = e.first
    if first.before is None or first.change is None:
        return ""
    rows: list[tuple[str, ...]] = []
    for name, title in first.titles.items():
        told = figure(first.before[name]), figure(first.shipped[name])
        rows.append((escape(title), *told, signed(first.change[name])))
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


def _candidates(e: Evaluation) -> str:
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
        "–" if (change := candidate["change"]["value"]) is None else plus(change),
        f"{candidate['latency'][0]:.1f}",
    )


def _history(e: Evaluation) -> str:
    lines = [line for line in e.history if len(line) > 1]
    title = f"Validation {e.first.titles[e.first.leading]} by epoch"
    return f"<h2>{escape(title)}</h2>\n" + draw(lines, title) if lines else ""
