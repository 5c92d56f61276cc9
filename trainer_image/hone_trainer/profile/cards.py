"""The columns of a data set, a small card each."""

from __future__ import annotations

from html import escape

from hone_trainer.html.sheet import broken, table
from hone_trainer.profile import account as accounts
from hone_trainer.profile.alone import Alone
from hone_trainer.profile.charts import bars
from hone_trainer.profile.distributions import Histogram, Portrait, Summary
from hone_trainer.profile.figures import number, plural, share
from hone_trainer.profile.findings import Findings

WORDS = 5
"""Words shown on a card; the record has more."""
NAMES = {"deviation": "deviation", "q1": "first quartile", "q3": "third quartile"}
LOST = {"unknown": "of its pieces unknown", "cut": "of its texts cut"}
LEGEND = (
    '<p class="dim"><svg class="key" viewBox="0 0 26 12" aria-hidden="true"><g class="now">'
    '<rect width="26" height="12"/></g></svg> as it is now; '
    '<svg class="key" viewBox="0 0 26 12" aria-hidden="true"><path class="was" d="M1 12V2H25V12"/>'
    "</svg> or a mark: as it was read. Heights are square roots, so that rare values show; a bar "
    "set apart at an end holds all that is beyond.</p>\n"
)


def cards(found: Findings) -> str:
    """Return all columns."""
    alone: dict[str, list[Alone]] = {}
    for one in found.alone:
        alone.setdefault(one.column, []).append(one)
    marked = {caution.column: caution.severity for caution in reversed(found.cautions)}
    drawn = "".join(
        _card(found, column, alone.get(column.name, []), marked.get(column.name, ""))
        for column in found.columns
    )
    return f'{LEGEND}<div class="cards">{drawn}</div>\n'


def _card(found: Findings, column: Portrait, alone: list[Alone], severity: str) -> str:
    sign = {"high": "▲ ", "medium": "◆ ", "low": "● "}.get(severity, "")
    facts = [f"missing {share(found.missing(column.name))}"]
    if column.after.missing:
        facts.append(f"still {share(column.after.missing / column.after.rows)}")
    facts.append(f"{column.after.distinct:,} distinct")
    if column.changed:
        facts.append(f"{plural(column.changed, 'value')} changed")
    for what, words in LOST.items():
        portion = accounts.lost(found.account, what).get(column.name)
        if portion is not None:
            facts.append(f"{share(portion)} {words}")
    for one in alone:
        if one.figure is not None:
            of = f" for {broken(one.label)}" if len(alone) > 1 else ""
            facts.append(f"{one.measure} alone {one.figure:.3f}{of}")
    chart = _words(column.histogram) if column.form == "text" else _bars(column)
    return (
        f'<article class="card"><header><b>{broken(column.name)}</b>'
        f"<span>{sign}{escape(column.kind)}</span></header>{chart}"
        f"<p>{' · '.join(facts)}</p>{_figures(column)}</article>\n"
    )


def _bars(column: Portrait) -> str:
    counts = column.histogram.counts
    low, high = ends(column)
    says = f"{column.name}: distribution from {low} to {high}"
    return bars(counts["before"], counts["after"], says) + axis(column)


def ends(column: Portrait) -> tuple[str, str]:
    """Return what stands at the ends of a column's histogram: also what open bins reach to."""
    counts, edges = column.histogram.counts, column.histogram.edges
    if column.form == "time":
        return str(edges[0]), str(edges[-1])
    both = [side.figures for side in (column.before, column.after) if side.figures]
    least, most = (
        pick(f[name] for f in both) if both else 0.0 for pick, name in ((min, "min"), (max, "max"))
    )
    below, above = (any(side[end] for side in counts.values()) for end in (0, -1))
    low, high = number(max(edges[0], least)), number(min(edges[-1], most))
    return (
        f"{number(least)} … {low}" if below else low,
        f"{high} … {number(most)}" if above else high,
    )


def axis(column: Portrait) -> str:
    """Return the line under a histogram."""
    low, high = ends(column)
    return f'<div class="ends"><span>{escape(low)}</span><span>{escape(high)}</span></div>'


def _words(histogram: Histogram) -> str:
    before, after = (histogram.counts[side] for side in ("before", "after"))
    totals = [sum(side) or 1 for side in (before, after)]
    words = histogram.words[:WORDS]
    rows = [(broken(word), before[k], after[k]) for k, word in enumerate(words)]
    was, now = (sum(side[len(words) :]) for side in (before, after))
    if was or now:
        rows.append(("<em>all others</em>", was, now))
    return "".join(
        f'<div class="word"><span>{word}</span>'
        f'<i style="--a:{100 * now / totals[1]:.1f}%;--b:{100 * was / totals[0]:.1f}%"></i>'
        f"<b>{share(now / totals[1])}</b></div>"
        for word, was, now in rows
    )


def _figures(column: Portrait) -> str:
    rows = [
        ("rows", *(f"{side.rows:,}" for side in (column.before, column.after))),
        ("missing", *(f"{side.missing:,}" for side in (column.before, column.after))),
        ("distinct", *(f"{side.distinct:,}" for side in (column.before, column.after))),
    ]
    names = dict.fromkeys((*column.before.figures, *column.after.figures))
    rows += [
        (NAMES.get(name, name), _figure(column.before, name), _figure(column.after, name))
        for name in names
    ]
    inside = table(("", "as read", "now"), rows)
    return f"<details><summary>figures</summary>{inside}</details>"


def _figure(side: Summary, name: str) -> str:
    value = side.figures.get(name)
    if value is None:
        return "–"
    return escape(value) if isinstance(value, str) else number(value)
