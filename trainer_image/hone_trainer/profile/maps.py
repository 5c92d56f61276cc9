"""Two maps: where values are missing, and which columns go together."""

from __future__ import annotations

from itertools import islice

from hone_trainer.html.grid import cell, heat
from hone_trainer.html.sheet import broken, table
from hone_trainer.profile.charts import stripes
from hone_trainer.profile.correlations import Correlations
from hone_trainer.profile.figures import share
from hone_trainer.profile.findings import Findings

WEAK = 0.1
"""Figures nearer to nought are left blank."""
PAIRS = 12


def gap_map(found: Findings) -> str:
    """Return the missing-value map and the columns that are missing together."""
    gaps = found.gaps
    if not gaps.stripes:
        return '<p class="good">✓ No value is missing.</p>'
    high = max(max(stripe) for stripe in gaps.stripes.values())
    ordered = sorted(gaps.stripes.items(), key=lambda item: -found.missing(item[0]))
    rows = "".join(
        f'<div class="gap"><span>{broken(name)}</span>'
        f"{stripes(shares, high, f'{name}: share missing in {len(shares)} stretches')}"
        f"<span>{share(found.missing(name))}</span><span>{share(max(shares))}</span></div>\n"
        for name, shares in ordered
    )
    ends = f'<span class="ends"><span>first row</span><span>row {gaps.starts[-1]:,} …</span></span>'
    whole = len(found.columns) - len(gaps.stripes)
    return (
        f'<p class="dim">The rows in the order of the source, in {len(gaps.starts)} stretches; a '
        f"full bar is {share(high)} missing, one of half that height a quarter of it. {whole} of "
        f"{len(found.columns)} columns are complete."
        f'</p>\n<div class="gap head"><span>column</span>{ends}<span>missing</span>'
        f"<span>at most, in a stretch</span></div>\n{rows}{_together(found)}"
    )


def heat_map(found: Findings) -> str:
    """Return every pair of columns, and the strongest pairs in words."""
    known = found.correlations
    if len(known.columns) < 2:
        return "<p>There are no two columns to compare.</p>"
    places = range(len(known.columns))
    rows = ((known.columns[i], (_cell(known, i, j) for j in places)) for i in places)
    pairs = [
        (f"{broken(first)} and {broken(second)}", measure, f"{value:{'+' * (measure == 'r')}.3f}")
        for first, second, value, measure in islice(known.pairs(), PAIRS)
        if abs(value) >= WEAK
    ]
    listed = f'<div class="narrow">{table(("columns", "by", ""), pairs)}</div>'
    strongest = f"<h3>Strongest pairs</h3>\n{listed}" if pairs else ""
    return (
        '<p class="dim">Numbers by r: Pearson’s above the diagonal, Spearman’s below it. Texts of '
        "few words by Cramér’s V, a text and a number by the correlation ratio: these have no "
        f"sign. From {known.rows:,} training rows; figures nearer to 0 than {WEAK} are blank.</p>\n"
        f"{heat(known.columns, rows)}{strongest}"
    )


def _cell(known: Correlations, i: int, j: int) -> str:
    value = (known.linear if j > i else known.ranked)[i][j]
    if i == j:
        return '<td class="dim">·</td>'
    if value is None:
        return '<td class="dim">–</td>'
    if abs(value) < WEAK:
        return "<td></td>"
    text = f"{value:.2f}".replace("0.", ".", 1)
    return cell(text.replace("-", "−"), value)


def _together(found: Findings) -> str:
    rows = [
        (", ".join(map(broken, pattern.columns)), f"{pattern.rows:,}")
        for pattern in found.gaps.patterns
    ]
    listed = table(("just these columns", "rows"), rows)
    return f'<h3>Missing together</h3>\n<div class="narrow">{listed}</div>'
