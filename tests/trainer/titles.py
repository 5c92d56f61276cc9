"""Texts for tests of augmentations."""

from hone_trainer.rows.block import Block
from tests.trainer.blocks import block

TITLES = ["red running shoes", "Größe 42 für Läufer", None, "日本 の 靴", "a", "👟 shoe"]


def titled() -> Block:
    """Return a row for each title."""
    return block(title=TITLES, price=[1, 2, 3, 4, 5, 6], bought=[0, 1, 0, 1, 0, 1])


def listed(rows: Block) -> list[tuple[int, str | None, float]]:
    """Return row number, title and price of each row."""
    titles, prices = (rows.table.column(name).to_pylist() for name in ("title", "price"))
    return list(zip(rows.rows.tolist(), titles, prices, strict=True))
