"""Lines over one scale as inline SVG, coloured by the page around it; no script, no font.

Lines differ in their dashes, too, so that colour is not needed to tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import floor, log10

from hone_trainer.html.picture import Line, Plot, Point

WIDTH, HEIGHT = 420, 264
LEFT, RIGHT, TOP, BOTTOM = 58, 12, 26, 42
COLOURS = 4
"""The page defines --s0 to --s3."""
DASHES = ("", "7 4", "2 3", "9 3 2 3")
DOTTED = 24
"""Up to so many points of a line are shown as dots."""
TICKS = 5


def plot(picture: Plot) -> str:
    """Return the plot with its title, its legend and how it is read."""
    lines = [line for line in picture.lines if line.points]
    if not lines:
        return ""
    frame = Frame.around(lines, picture.guide)
    drawn = "".join(_line(frame, line, number) for number, line in enumerate(lines))
    if picture.guide is not None:
        path = frame.path(picture.guide.points)
        drawn = f'<polyline class="guide" points="{path}"/>{drawn}'
    names = [_key(line.name, number) for number, line in enumerate(lines)]
    if picture.guide is not None:
        names.append(_key(picture.guide.name, None))
    return (
        f"<figure><figcaption>{escape(picture.title)}</figcaption>\n"
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(picture.title)}"><desc>{escape(describe(picture))}</desc>'
        f"{_axes(frame, picture)}{drawn}</svg>\n"
        f'<p class="legend">{" ".join(names)}</p>'
        f'<p class="dim">{escape(picture.reading)}</p></figure>\n'
    )


def describe(picture: Plot) -> str:
    """Say in words what is drawn."""
    told = (
        f"{line.name} from {_short(line.points[0][1])} at {_short(line.points[0][0])} to "
        f"{_short(line.points[-1][1])} at {_short(line.points[-1][0])}"
        for line in picture.lines
        if line.points
    )
    return f"{picture.up} by {picture.across}: {'; '.join(told)}."


@dataclass(frozen=True)
class Frame:
    """From values to places."""

    left: float
    right: float
    low: float
    high: float
    whole: bool
    """Whether only whole numbers go across."""

    @classmethod
    def around(cls, lines: Sequence[Line], guide: Line | None) -> Frame:
        """Return the frame that holds every point and every band."""
        every = [point for line in (*lines, *([guide] if guide else ())) for point in line.points]
        across = [x for x, _ in every]
        up = [y for _, y in every] + [y for line in lines for ends in line.band for y in ends]
        left, right = _widened(min(across), max(across))
        low, high = _widened(min(up), max(up))
        return cls(left, right, low, high, all(float(x).is_integer() for x in across))

    def x(self, value: float) -> float:
        """Return how far to the right a value is."""
        return LEFT + (WIDTH - LEFT - RIGHT) * (value - self.left) / (self.right - self.left)

    def y(self, value: float) -> float:
        """Return how far down a value is."""
        return (
            HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - self.low) / (self.high - self.low)
        )

    def path(self, points: Sequence[Point]) -> str:
        """Return points as SVG writes them."""
        return " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)


def ticks(low: float, high: float, whole: bool = False) -> Iterator[tuple[float, str]]:
    """Yield round values within a range, and how they are written."""
    rough = (high - low) / TICKS
    power = 10.0 ** floor(log10(rough))
    step = next(power * by for by in (1, 2, 5, 10) if power * by >= rough * 0.999)
    step = max(1.0, step) if whole else step
    digits = max(0, -floor(log10(step) + 1e-9))
    number = floor(low / step + 1 - 1e-9)
    while number * step <= high + step * 1e-9:
        value = number * step
        text = f"{value:z,.{digits}f}"
        yield value, text if len(text) <= 8 else f"{value:.3g}"
        number += 1


def _axes(frame: Frame, picture: Plot) -> str:
    bottom, end = HEIGHT - BOTTOM, WIDTH - RIGHT
    grid = "".join(
        f'<line class="rule" x1="{LEFT}" x2="{end}" y1="{frame.y(v):.1f}" y2="{frame.y(v):.1f}"/>'
        f'<text x="{LEFT - 7}" y="{frame.y(v) + 4:.1f}" text-anchor="end">{text}</text>'
        for v, text in ticks(frame.low, frame.high)
    )
    below = "".join(
        f'<text x="{frame.x(v):.1f}" y="{bottom + 17}" text-anchor="middle">{text}</text>'
        for v, text in ticks(frame.left, frame.right, frame.whole)
    )
    return (
        f'{grid}{below}<line class="axis" x1="{LEFT}" x2="{end}" y1="{bottom}" y2="{bottom}"/>'
        f'<text x="4" y="14">{escape(picture.up)}</text>'
        f'<text x="{end}" y="{HEIGHT - 6}" text-anchor="end">{escape(picture.across)}</text>'
    )


def _line(frame: Frame, line: Line, number: int) -> str:
    style = _style(number)
    drawn = ""
    if line.band:
        places = [x for x, _ in line.points]
        low = [(x, ends[0]) for x, ends in zip(places, line.band, strict=True)]
        high = [(x, ends[1]) for x, ends in zip(places, line.band, strict=True)]
        drawn += (
            f'<polygon class="band" style="{style}" points="{frame.path([*low, *high[::-1]])}"/>'
        )
    drawn += f'<polyline class="line" style="{style}" points="{frame.path(line.points)}"/>'
    if len(line.points) <= DOTTED:
        drawn += "".join(_circle(frame, point, "dot", style, 3) for point in line.points)
    if line.marked is not None:
        drawn += _circle(frame, line.points[line.marked], "ring", style, 7)
    return drawn


def _circle(frame: Frame, point: Point, kind: str, style: str, radius: int) -> str:
    x, y = frame.x(point[0]), frame.y(point[1])
    return f'<circle class="{kind}" style="{style}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}"/>'


def _key(name: str, number: int | None) -> str:
    line = 'class="guide"' if number is None else f'class="line" style="{_style(number)}"'
    return (
        f'<span><svg class="key" viewBox="0 0 30 8" aria-hidden="true"><line {line} x1="0" x2="30" '
        f'y1="4" y2="4"/></svg> {escape(name)}</span>'
    )


def _style(number: int) -> str:
    # Neighbours differ in both; only from the 17th line on is one drawn like another.
    dash = DASHES[(number + number // COLOURS) % len(DASHES)]
    return f"--c:var(--s{number % COLOURS});stroke-dasharray:{dash or 'none'}"


def _widened(low: float, high: float) -> tuple[float, float]:
    """Return a range that is never empty."""
    if high - low > 1e-9 * max(abs(low), abs(high), 1e-9):
        return low, high
    room = max(abs(low) * 0.05, 1e-3)
    return low - room, high + room


def _short(value: float) -> str:
    return f"{value:z.4g}"
