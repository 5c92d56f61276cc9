"""Tables in whatever width there is: nothing is cut, and what matters least gives way.

Left to itself, rich shortens cells. Here columns that can be done without are left out where there
is no room for them, and what is too long for the others is broken into lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.cells import cell_len
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

FRAME, GAP = 3, 2
"""What a column takes beside its cells: with lines around it, and without."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: stands above it; may be broken between words.
        cells: from top to bottom.
        rank: 0 for what is always shown; others are as long as there is room, the lowest first.
        whole: whether its cells are never broken between words.
        width: of cells that are no text.
        right: whether cells stand at its right edge.
    """

    name: str
    cells: Sequence[RenderableType]
    rank: int = 0
    whole: bool = False
    width: int = 0
    right: bool = False

    @property
    def least(self) -> int:
        """The width in which no word is broken."""
        words = (word for text in (self.name, *self._texts(split=True)) for word in text.split())
        whole = (text for text in self._texts(split=False) if self.whole)
        return max(self.width, *map(cell_len, (*words, *whole)), 1)

    @property
    def most(self) -> int:
        """The width in which nothing is broken."""
        return max(self.width, *map(cell_len, (self.name, *self._texts(split=False))), 1)

    def _texts(self, *, split: bool) -> list[str]:
        texts = [str(cell) for cell in self.cells if isinstance(cell, str | Text)]
        return [] if split and self.whole else texts


def draw(columns: Sequence[Column], width: int, title: str = "", *, framed: bool = True) -> Table:
    """Draw what there is room for.

    Args:
        columns: from left to right, with as many cells each.
        width: that of the terminal.
        title: stands above.
        framed: whether there are lines around the cells.
    """
    beside = FRAME if framed else GAP
    room = width - framed
    kept = fitting(columns, room, beside)
    table = Table(
        title=title or None,
        title_justify="left",
        title_style="bold",
        header_style="table.header" if framed else "dim",
        box=box.HEAVY_HEAD if framed else None,
        pad_edge=framed,
        padding=(0, 1) if framed else (0, GAP, 0, 0),
    )
    for column, size in zip(kept, widths(kept, room - beside * len(kept)), strict=True):
        table.add_column(
            column.name,
            width=size,
            overflow="fold",
            justify="right" if column.right else "left",
        )
    for row in zip(*(column.cells for column in kept), strict=True):
        table.add_row(*row)
    return table


def fitting(columns: Sequence[Column], room: int, beside: int) -> list[Column]:
    """Return the columns that are shown: those that have to be, and others while there is room.

    Args:
        columns: from left to right.
        room: what they may take together.
        beside: what each takes beside its cells.
    """
    left = room - sum(column.least + beside for column in columns if not column.rank)
    chosen = {id(column) for column in columns if not column.rank}
    for column in sorted((each for each in columns if each.rank), key=lambda each: each.rank):
        if column.least + beside <= left:
            left -= column.least + beside
            chosen.add(id(column))
    return [column for column in columns if id(column) in chosen]


def widths(columns: Sequence[Column], room: int) -> list[int]:
    """Share out the room: to each what its words need, the rest to whoever can use it.

    Where words do not fit either, the widest are broken.
    """
    found = [column.least for column in columns]
    while sum(found) > max(room, len(found)):
        found[found.index(max(found))] -= 1
    for index, column in enumerate(columns):
        found[index] += max(0, min(column.most - found[index], room - sum(found)))
    return found
