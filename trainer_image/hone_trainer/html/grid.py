"""Tables of many cells, shaded by what they hold; every figure is in them in words, too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from hone_trainer.html.picture import Grid
from hone_trainer.html.sheet import broken

SHADES = 5


def heat(
    columns: Sequence[str], rows: Iterable[tuple[str, Iterable[str]]], corner: str = ""
) -> str:
    """Return a table whose column names are written upwards.

    Args:
        columns: plain text.
        rows: name in plain text, and cells as ``cell`` gives them.
        corner: what stands above the names of the rows, in plain text.
    """
    head = "".join(f"<th><span>{broken(name)}</span></th>" for name in columns)
    body = "".join(
        f'<tr><th title="{escape(name)}">{broken(name)}</th>{"".join(cells)}</tr>\n'
        for name, cells in rows
    )
    return (
        f'<div class="wide"><table class="heat">\n<tr><th>{escape(corner)}</th>{head}</tr>\n{body}'
        "</table></div>\n"
    )


def cell(text: str, share: float) -> str:
    """Return a cell; shares from 0 to 1 are blue, to -1 red, and 0 has no colour."""
    shade = min(SHADES, int(abs(share) * SHADES) + 1) if share else 0
    mark = f' class="{"n" if share < 0 else "p"}{shade}"' if shade else ""
    return f"<td{mark}>{text}</td>"


def grid(picture: Grid) -> str:
    """Return counts by two names, shaded by their share of the row: right in blue, errors red."""
    rows = []
    for number, (name, cells) in enumerate(zip(picture.rows, picture.cells, strict=True)):
        whole = sum(cells) or 1.0
        shares = [each / whole if k == number else -each / whole for k, each in enumerate(cells)]
        drawn = [cell(_count(each), of) for each, of in zip(cells, shares, strict=True)]
        rows.append((name, drawn))
    return (
        f'<figure class="whole"><figcaption>{escape(picture.title)}</figcaption>\n'
        f"{heat(picture.columns, rows, f'{picture.up} ↓ {picture.across} →')}"
        f'<p class="dim">{escape(picture.reading)}</p></figure>\n'
    )


def _count(value: float) -> str:
    if not value:
        return ""
    return f"{value:,.0f}" if value >= 10 or float(value).is_integer() else f"{value:.2g}"
