"""Pictures as figures, before they are drawn: JSON can hold them, and any page can draw them."""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """Points that belong together, in the order in which they are joined."""

    name: str
    points: tuple[Point, ...]
    band: tuple[Point, ...] = ()
    """Lower and upper end of what is usual, beside each point; empty for none."""
    marked: int | None = None
    """Which point is ringed."""


@dataclass(frozen=True)
class Plot:
    """Lines over one scale."""

    title: str
    across: str
    """What goes from left to right, with its unit."""
    up: str
    """What goes upwards."""
    lines: tuple[Line, ...]
    guide: Line | None = None
    """What to compare them with, such as where a perfect model would be."""
    reading: str = ""
    """How it is read, in a sentence."""


@dataclass(frozen=True)
class Grid:
    """Counts by two names."""

    title: str
    across: str
    up: str
    """What the rows are."""
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    cells: tuple[tuple[float, ...], ...]
    """(rows, columns)."""
    reading: str = ""


Picture = Plot | Grid
