"""Small charts as inline SVG without a word in it, coloured by the page around them.

Heights are square roots of shares: what is rare has to show beside what is common.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT, LOW = 260, 64, 24
GAP = 6
"""Between the bins and the open ones at the ends."""
LEAST = 1.5
"""Height of what is there at all."""
DASHES = ("", "7 3", "2 2.5")
COLOURS = ("--s0", "--s1", "--s3")
"""Of the parts, in their order; each has its own dashes too."""


def bars(before: Sequence[int], after: Sequence[int], says: str) -> str:
    """Return a histogram: bars for what is, an outline for what was.

    Args:
        before: n + 2 counts: an open bin at either end.
        after: the same.
        says: the chart in words.
    """
    (was, now), spots = _heights(before, after), _spots(before, after)
    solid = "".join(
        f'<rect x="{x:.1f}" y="{HEIGHT - h:.1f}" width="{max(0.5, w - 0.6):.1f}" height="{h:.1f}"/>'
        for (x, w), h in zip(spots, now, strict=True)
        if h
    )
    outline = _skyline(spots, was)
    return _svg(says, f'<g class="now">{solid}</g><path class="was" d="{outline}"/>')


def steps(parts: Sequence[Sequence[int]], says: str) -> str:
    """Return one stepped line for each part; counts as in ``bars``."""
    spots = _spots(*parts)
    lines = ""
    for heights, dash, colour in zip(_heights(*parts), DASHES, COLOURS, strict=False):
        lines += f'<path class="step" d="{_skyline(spots, heights)}" '
        lines += f'style="stroke:var({colour})" stroke-dasharray="{dash}"/>'
    return _svg(says, lines)


def stripes(shares: Sequence[float], high: float, says: str) -> str:
    """Return a bar for each stripe; one of the share ``high`` is full."""
    wide = WIDTH / len(shares)
    drawn = "".join(
        f'<rect x="{k * wide:.1f}" y="{LOW - h:.1f}" width="{wide - 0.7:.1f}" height="{h:.1f}"/>'
        for k, share in enumerate(shares)
        if (h := _height(share / high, LOW))
    )
    return (
        f'<svg class="stripes" viewBox="0 0 {WIDTH} {LOW}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(says)}">{drawn}</svg>'
    )


def _svg(says: str, inside: str) -> str:
    return (
        f'<svg class="chart" viewBox="0 -1 {WIDTH} {HEIGHT + 2}" preserveAspectRatio="none" '
        f'role="img" aria-label="{escape(says)}">{inside}</svg>'
    )


def _spots(*rows: Sequence[int]) -> list[tuple[float, float]]:
    """Return where each bin starts and how wide it is: open bins only where one has something."""
    bins = len(rows[0]) - 2
    low, high = (any(row[end] for row in rows) for end in (0, -1))
    wide = (WIDTH - GAP * (low + high)) / (bins + low + high)
    start = (wide + GAP) * low
    inner = [(start + k * wide, wide) for k in range(bins)]
    return [(0.0, wide * low), *inner, (WIDTH - wide, wide * high)]


def _heights(*rows: Sequence[int]) -> list[list[float]]:
    """Return how high each bin of each row of counts is."""
    shares = [[count / (sum(row) or 1) for count in row] for row in rows]
    high = max(map(max, shares)) or 1
    return [[_height(share / high, HEIGHT) for share in row] for row in shares]


def _height(share: float, full: float) -> float:
    return max(LEAST, full * share**0.5) if share > 0 else 0.0


def _skyline(spots: Sequence[tuple[float, float]], heights: Sequence[float]) -> str:
    """Return a path along the tops of the bins, interrupted before an open one."""
    path, end = "", float("-inf")
    for (x, w), h in zip(spots, heights, strict=True):
        if w:
            joined = abs(x - end) < GAP / 2
            path += f"V{HEIGHT - h:.1f}h{w:.1f}" if joined else ""
            path += "" if joined else f"{_ground(path)}M{x:.1f} {HEIGHT}V{HEIGHT - h:.1f}h{w:.1f}"
            end = x + w
    return path + _ground(path)


def _ground(path: str) -> str:
    return f"V{HEIGHT}" if path else ""
