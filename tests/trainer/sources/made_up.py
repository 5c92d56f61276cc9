"""Sources that make their rows up: small ones of each kind, and what a model that knows does."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.columns import Column
from hone_trainer.sources.source import Digest, Known, RowSource
from tests.trainer.blocks import columns
from tests.trainer.sourced import source_of, store_in


@dataclass(frozen=True)
class Made:
    """A source and all columns that it has."""

    kind: str
    parameters: dict[str, Any]
    columns: tuple[Column, ...]
    wrong: dict[str, Any]
    """A column that is there, as a kind that it is not."""
    sha256: str
    """Of all its values, one line a row."""
    pieces: int = 4
    drawn: int = 1000
    """Rows of a piece."""

    @property
    def source(self) -> RowSource:
        return source_of(self.kind, **self.parameters)


MADE = (
    Made(
        "clickModel",
        {"rows": 3500, "users": 50, "items": 40},
        columns(
            user={"id": {}}, item={"id": {}}, clicked={"label": {}}, price={"number": {}},
            bought={"label": {}}, spent={"amount": {}},
        ),
        {"user": {"number": {}}},
        "02372a8df7f4189cbd03a233045b4c53ab28549c5b5b5ac809b1c3dc67660491",
    ),
    Made(
        "sessionModel",
        {"users": 350, "items": 30, "groups": 4},
        columns(user={"key": {}}, step={"number": {}}, item={"category": {}}),
        {"step": {"id": {}}},
        "4ee20f3ba4ae919b158cc62c8734e9cedd7783c794ed832b6adcbe887ecf26fa",
    ),
    Made(
        "searchModel",
        {"searches": 300, "items": 100},
        columns(
            search={"key": {}}, words={"text": {"words": {}}}, item={"id": {}},
            title={"text": {"words": {}}},
            price={"number": {}}, relevance={"grade": {}},
        ),
        {"price": {"id": {}}},
        "c0b127e1c77d5e7e422d9c382ef2d843d40764829b5ba69c33159fa866cc1141",
    ),
    Made(
        "questionModel",
        {"rows": 3500},
        columns(text={"text": {"words": {}}}, intent={"category": {}}),
        {"text": {"time": {"fields": ["hour"]}}},
        "716dd7d737760b79157c42fc91b1b7f2ab02c38ab4b60255d15a05d1ac4734bf",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """All rows of a source: text as objects, numbers as numbers."""

    table: dict[str, NDArray[Any]]
    known: Known


def draw(kind: str, wanted: tuple[Column, ...], folder: Path, **parameters: Any) -> Drawn:
    """Read a source of one piece."""
    source, store = source_of(kind, **parameters), store_in(folder)
    (piece,) = source.pieces(wanted, store)
    (rows,) = source.read(piece, wanted, store, Digest())
    table = {name: np.array(rows.table[name].to_pylist()) for name in rows.table.column_names}
    return Drawn(table, rows.known)


def columns_of(kind: str) -> tuple[Column, ...]:
    """All columns that a source has."""
    return next(made.columns for made in MADE if made.kind == kind)
