"""The parts of a data set side by side: does what is held out resemble what is learned from."""

from __future__ import annotations

from html import escape
from itertools import groupby

from hone_trainer.html.sheet import broken, table
from hone_trainer.profile.cards import axis, ends
from hone_trainer.profile.charts import COLOURS, DASHES, steps
from hone_trainer.profile.distributions import Portrait
from hone_trainer.profile.drift import DRIFT_PSI, Shift
from hone_trainer.profile.figures import share
from hone_trainer.profile.findings import Findings
from hone_trainer.rows.field import PARTS

MOVES = 0.1
"""A smaller index is customarily called steady."""
DRAWN = 6
"""Columns that are drawn: times, and those that differ most."""
FOLDED = 20
"""Rows of a table that are not folded away."""


def comparison(found: Findings) -> str:
    """Return label rates, what parts share, drift of every column and a picture of the worst."""
    return _rates(found) + _overlaps(found) + _drift(found) + _pictures(found)


def _rates(found: Findings) -> str:
    rows = [
        (
            rate.part,
            "–" if rate.rate is None else share(rate.rate),
            "–" if rate.low is None else f"{share(rate.low)} to {share(rate.high or 0)}",
            f"{rate.rows:,}",
        )
        for rate in found.rates
    ]
    head = ("part", "label is 1", "95 % interval", "rows")
    return "<h3>Label</h3>\n" + table(head, rows) if rows else ""


def _overlaps(found: Findings) -> str:
    lines = [
        f"{key.keys:,} values of <b>{broken(key.column)}</b> stand in more than one part"
        for key in found.keys
    ]
    for part in found.repeats:
        again = "repeat an earlier one" if part.part == PARTS[0] else "equal a training row"
        if part.rows:
            lines.append(f"{part.repeated:,} of {part.rows:,} {part.part} rows {again}")
    listed = "".join(f"<li>{line}</li>" for line in lines)
    return f"<h3>Shared</h3>\n<ul>{listed}</ul>\n" if lines else ""


def _drift(found: Findings) -> str:
    pairs = {
        name: {shift.part: shift for shift in group}
        for name, group in groupby(found.shifts, key=lambda shift: shift.column)
    }
    if not pairs:
        return ""
    held = [part for part in PARTS[1:] if any(part in shifts for shifts in pairs.values())]
    ordered = sorted(pairs.items(), key=lambda item: -max(s.psi for s in item[1].values()))
    rows = [
        (
            broken(name),
            _verdict(list(shifts.values())),
            *(f"{shifts[part].psi:.3f}" if part in shifts else "–" for part in held),
            *(_other(shifts.get(part)) for part in held),
        )
        for name, shifts in ordered
    ]
    head = ("column", "", *(f"PSI {p}" for p in held), *(f"{p}: KS, or new" for p in held))
    text = table(head, rows[:FOLDED])
    if rows[FOLDED:]:
        rest = table(head, rows[FOLDED:])
        text += f"<details><summary>{len(rows) - FOLDED} more columns</summary>{rest}</details>\n"
    return (
        '<h3>Drift</h3>\n<p class="dim">The population stability index (PSI) against the training '
        f"part: below {MOVES} steady, above {DRIFT_PSI} another population, where chance alone "
        "does not explain it. KS is the greatest distance of numbers’ distribution functions; "
        f"new is the share of a text’s words that no training row has.</p>\n{text}"
    )


def _verdict(shifts: list[Shift]) -> str:
    if any(shift.drifts for shift in shifts):
        return '<span class="bad">▲ drifts</span>'
    if any(shift.psi > max(MOVES, shift.chance) for shift in shifts):
        return '<span class="warn">◆ moves</span>'
    return '<span class="good">✓ steady</span>'


def _other(shift: Shift | None) -> str:
    if shift is None:
        return "–"
    if shift.unseen is not None:
        return f"{share(shift.unseen)} new"
    return "–" if shift.ks is None else f"{shift.ks:.3f}"


def _pictures(found: Findings) -> str:
    worst = sorted(found.shifts, key=lambda shift: -shift.psi)
    names = [column.name for column in found.columns if column.form == "time"][:2]
    names += [shift.column for shift in worst if shift.psi > max(MOVES, shift.chance)]
    chosen = list(dict.fromkeys(names))[:DRAWN]
    if not chosen:
        return ""
    legend = " ".join(
        f'<svg class="key" viewBox="0 0 26 12" aria-hidden="true"><path class="step" d="M0 6H26" '
        f'style="stroke:var({colour})" stroke-dasharray="{dash}"/></svg> {part}'
        for part, colour, dash in zip(PARTS, COLOURS, DASHES, strict=True)
    )
    drawn = "".join(_picture(found.column(name)) for name in chosen)
    return f'<h3>Side by side</h3>\n<p class="dim">{legend}</p>\n<div class="cards">{drawn}</div>\n'


def _picture(column: Portrait) -> str:
    counts = [column.histogram.counts[part] for part in PARTS]
    if column.form == "text":
        totals = [sum(side) or 1 for side in counts]
        rows = [
            (
                escape(word),
                *(share(side[k] / total) for side, total in zip(counts, totals, strict=True)),
            )
            for k, word in enumerate((*column.histogram.words, "all others"))
        ]
        inside = table(("", *PARTS), rows)
    else:
        low, high = ends(column)
        inside = steps(counts, f"{column.name} in each part, from {low} to {high}") + axis(column)
    return (
        f'<article class="card"><header><b>{broken(column.name)}</b></header>{inside}</article>\n'
    )
