"""The top of the page: rows in, rows out, what to know, and what was done step by step."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from hone_trainer.profile import account as accounts
from hone_trainer.profile.caution import SEVERITIES, Caution
from hone_trainer.profile.figures import number, plural, share, size
from hone_trainer.profile.findings import Findings
from hone_trainer.rows.field import PARTS

SIGNS = {
    "high": '<span class="bad">▲ high</span>',
    "medium": '<span class="warn">◆ medium</span>',
    "low": '<span class="dim">● low</span>',
}
SHOWN = 12
"""Cautions of one severity, reasons of one kind, that are not folded away."""
BILLION = 10**9
"""A figure from here on is written smaller, to fit into its box."""
LONGEST, MOST_LINES = 300, 200
"""Characters of a learned figure, and figures of a step, that are shown."""


def flow(found: Findings) -> str:
    """Return the headline: what came in, what became of it, what came out."""
    told = found.account
    files = told.get("source", ())
    came = [plural(len(files), "file"), size(sum(f.get("size", 0) for f in files))] if files else []
    dropped, aside = accounts.dropped(told), accounts.quarantined(told)
    changed = {what: sum(columns.values()) for what, columns in accounts.changed(told).items()}
    added = accounts.added(told)
    left = [f"{added:,} more were added by augmentation"] if added else []
    boxes = (
        _box(accounts.rows_in(told), "rows came in", [" · ".join(came)] if came else []),
        _box(sum(dropped.values()), "rows dropped", _reasons(dropped)),
        _box(sum(aside.values()), "rows quarantined", _reasons(aside)),
        _box(sum(changed.values()), "values changed", _reasons(changed)),
        _box(accounts.rows_out(told), "rows came out", left),
    )
    return f'<ol class="flow">{"".join(boxes)}</ol>\n{_parts(told.get("rows", {}))}'


def cautions(found: Findings) -> str:
    """Return what to know, the worst first."""
    if not found.cautions:
        return (
            '<p class="good">✓ Nothing conspicuous.</p><p class="dim">Looked for: leaks, keys '
            "and rows in several parts, drift, label rates, rare classes, missing values, constant "
            "and nearly unique columns, columns that say the same, many rows quarantined or "
            "dropped.</p>"
        )
    groups = [[c for c in found.cautions if c.severity == each] for each in SEVERITIES]
    return "".join(_group(group) for group in groups if group)


def steps(found: Findings) -> str:
    """Return what each cleaning step found and did."""
    listed = found.account.get("steps", ())
    if not listed:
        return "<p>No cleaning step was asked for.</p>"
    return f'<ol class="steps">{"".join(map(_step, listed))}</ol>\n'


def _box(figure: int, says: str, lines: list[str]) -> str:
    inside = "".join(f"<li>{escape(line)}</li>" for line in lines)
    listed = f"<ul>{inside}</ul>" if lines else ""
    long = ' class="long"' if figure >= BILLION else ""
    return f"<li><strong{long}>{figure:,}</strong><em>{says}</em>{listed}</li>"


def _reasons(counts: Mapping[str, int], most: int = 4) -> list[str]:
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    lines = [f"{count:,} {why}" for why, count in ordered[:most]]
    rest = sum(count for _, count in ordered[most:])
    return [*lines, f"{rest:,} by {len(ordered) - most} other reasons"] if rest else lines


def _parts(rows: Mapping[str, int]) -> str:
    total = sum(rows.values())
    if not total:
        return ""
    spans = "".join(f'<span style="flex:{rows.get(part, 0)}"></span>' for part in PARTS)
    words = " ".join(
        f"<span><i></i> {part} <b>{rows.get(part, 0):,}</b> ({share(rows.get(part, 0) / total)})"
        "</span>"
        for part in PARTS
    )
    return f'<div class="parts" aria-hidden="true">{spans}</div><p class="of">{words}</p>\n'


def _group(group: list[Caution]) -> str:
    shown, folded = group[:SHOWN], group[SHOWN:]
    text = f'<ul class="cautions">{"".join(map(_caution, shown))}</ul>'
    if folded:
        inside = "".join(map(_caution, folded))
        text += f"<details><summary>{len(folded)} more of this severity</summary>"
        text += f'<ul class="cautions">{inside}</ul></details>'
    return text + "\n"


def _caution(caution: Caution) -> str:
    name = caution.column
    rest = escape(caution.text[len(name) :])
    text = f"<b>{escape(name)}</b>{rest}" if name else rest
    return (
        f"<li>{SIGNS[caution.severity]}<div>{text} "
        f'<span class="dim">{escape(caution.remedy)}</span></div></li>'
    )


def _step(step: Mapping[str, Any]) -> str:
    lines = [
        _done(said, counts)
        for said, counts in (
            ("dropped {} rows", step.get("dropped", {})),
            ("quarantined {} rows", step.get("quarantined", {})),
            *((f"{what} {{}} values", each) for what, each in step.get("changed", {}).items()),
        )
        if any(counts.values())
    ]
    done = "".join(f"<li>{line}</li>" for line in lines) or "<li>nothing to do</li>"
    learned = ""
    if step.get("learned"):
        lines = _lines(step["learned"])[:MOST_LINES]
        figures = "".join(f"<li><code>{escape(line)}</code></li>" for line in lines)
        learned = f"<details><summary>learned in training</summary><ul>{figures}</ul></details>"
    return f"<li><code>{escape(step.get('text', ''))}</code><ul>{done}</ul>{learned}</li>\n"


def _done(said: str, counts: Mapping[str, int]) -> str:
    total = sum(counts.values())
    reasons = [why for why, count in counts.items() if count]
    if len(reasons) > 1:
        reasons = _reasons(counts, SHOWN)
    return escape(f"{said.format(f'{total:,}')}: {', '.join(reasons)}")


def _lines(learned: Mapping[str, Any], before: str = "") -> list[str]:
    found: list[str] = []
    for name, value in learned.items():
        if isinstance(value, Mapping):
            found += _lines(value, f"{before}{name}.")
            continue
        known = isinstance(value, int | float) and not isinstance(value, bool)
        text = number(value) if known else str(value)
        found.append(f"{before}{name} = {text if len(text) <= LONGEST else text[:LONGEST] + '…'}")
    return found
