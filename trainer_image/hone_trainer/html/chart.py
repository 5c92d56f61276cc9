"""A line chart as inline SVG, coloured by the page around it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT = 520, 260
LEFT, RIGHT, TOP, BOTTOM = 60, 88, 12, 34
COLOURS = 4
"""The page defines --s0 to --s3."""


def draw(lines: Sequence[Sequence[float]], title: str) -> str:
    """Give a chart with one line per member: epochs from 1 across, values upwards.

    Every line ends in its member's number and last value, so that colour is not needed to read it.

    Args:
        lines: values by epoch.
        title: what they are, in plain text.
    """
    low = min(min(line) for line in lines)
    high = max(max(line) for line in lines)
    if high - low < 1e-9:
        low, high = low - 0.005, high + 0.005
    epochs = max(len(line) for line in lines)

    def x(epoch: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (epoch - 1) / max(1, epochs - 1)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - low) / (high - low)

    grid = "".join(
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(v):.1f}" y2="{y(v):.1f}" '
        f'stroke="var(--line)"/><text x="{LEFT - 8}" y="{y(v) + 4:.1f}" text-anchor="end">'
        f"{v:.4f}</text>"
        for v in (low, (low + high) / 2, high)
    )
    ticks = "".join(
        f'<text x="{x(e):.1f}" y="{HEIGHT - 12}" text-anchor="middle">{e}</text>'
        for e in range(1, epochs + 1, max(1, -(-epochs // 10)))
    )
    labels = _apart([y(line[-1]) for line in lines])
    drawn = "".join(
        f'<polyline fill="none" stroke="var(--s{k % COLOURS})" stroke-width="2" points="'
        + " ".join(f"{x(e):.1f},{y(v):.1f}" for e, v in enumerate(line, 1))
        + f'"/><text x="{x(len(line)) + 8:.1f}" y="{labels[k] + 4:.1f}" '
        f'style="fill:var(--s{k % COLOURS})">#{k} {line[-1]:.4f}</text>'
        for k, line in enumerate(lines)
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(title)}, {len(lines)} lines over {epochs} epochs">'
        f"{grid}{ticks}{drawn}</svg>\n"
    )


def _apart(heights: Sequence[float], least: float = 16) -> list[float]:
    """Push labels down until none covers another, keeping their order."""
    moved = list(heights)
    free = float("-inf")
    for k in sorted(range(len(moved)), key=lambda k: heights[k]):
        moved[k] = max(moved[k], free)
        free = moved[k] + least
    return moved
