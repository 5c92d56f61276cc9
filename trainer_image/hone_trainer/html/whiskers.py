"""Figures with their intervals as dots with whiskers, in a column of a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, ROOM = 180, 18, 7
CROWDED = 0.3
"""Share of the room in which figures can no longer be told apart."""


@dataclass(frozen=True)
class Span:
    """A figure and the ends of its interval."""

    value: float | None
    low: float | None = None
    high: float | None = None


def whiskers(
    spans: Sequence[Span], beside: float | None = None, scale: Sequence[Span] = ()
) -> list[str]:
    """Return a drawing for each, all to one scale; the table around them has the figures in words.

    Args:
        spans: what is drawn.
        beside: a value that is ruled through all of them.
        scale: those that the scale is for where others lie so far off that these would be one dot;
            an arrow stands for what lies beyond.
    """
    low, high = _ends(spans, beside)
    near = _ends(scale, beside)
    if near[1] - near[0] < CROWDED * (high - low) and scale:
        low, high = near
    wide = (high - low) or 1.0

    def x(value: float) -> float:
        return ROOM + (WIDTH - 2 * ROOM) * (value - low) / wide

    return [_draw(span, None if beside is None else x(beside), x) for span in spans]


def _ends(spans: Sequence[Span], beside: float | None) -> tuple[float, float]:
    """Return the least and the greatest value to draw; 0 and 0 where there is none."""
    ends = ((span.value, span.low, span.high) for span in spans)
    known = [value for each in (*ends, (beside,)) for value in each if value is not None]
    return min(known, default=0.0), max(known, default=0.0)


def _draw(span: Span, ruled: float | None, x: Callable[[float], float]) -> str:
    middle, drawn = HEIGHT / 2, ""
    if ruled is not None:
        drawn += f'<line class="guide" x1="{ruled:.1f}" x2="{ruled:.1f}" y1="0" y2="{HEIGHT}"/>'
    if span.low is not None and span.high is not None and x(span.high) > 0 and x(span.low) < WIDTH:
        low, high = (min(max(x(end), 0), WIDTH) for end in (span.low, span.high))
        drawn += f'<path d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} 5v8M{high:.1f} 5v8"/>'
    if span.value is not None:
        drawn += _dot(x(span.value), middle)
    return f'<svg class="whisker" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">{drawn}</svg>'


def _dot(x: float, y: float) -> str:
    if x < 0:
        return f'<polygon points="1,{y} 9,{y - 5} 9,{y + 5}"/>'
    if x > WIDTH:
        return f'<polygon points="{WIDTH - 1},{y} {WIDTH - 9},{y - 5} {WIDTH - 9},{y + 5}"/>'
    return f'<circle cx="{x:.1f}" cy="{y}" r="4"/>'
