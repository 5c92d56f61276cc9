"""Labels balanced by rows between rows of the rarer one (Chawla et al. 2002)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hone_trainer.augment.augmentation import need_numbers
from hone_trainer.augment.balancing import Balancing, Counts, rows_of, wanted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.dataset.schema import Schema

MOST_ROWS = 10_000
"""Rows of a block that are neighbours of each other: every pair of them is measured. Where there
are more, so many are drawn."""


class BySmote(Balancing):
    """Add rows between rows of the rarer label and their nearest neighbours of that label (SMOTE).

    Numbers are drawn on the line between the two; all else (ids, sequences) is that of the nearer
    end, so no row mixes two users. Ids that differ are as far apart as the median deviation of
    the numbers (SMOTE-NC, Chawla et al. 2002). Neighbours are looked for in one slice of the source
    at a time.
    """

    neighbours: Annotated[int, Field(ge=1, le=20)] = 5
    """Neighbours of each row, of which one is drawn."""

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``Balancing.check``; ``NothingBetween`` where a model reads no numbers."""
        need_numbers(columns, "balance.by.smote", "use repeat")

    def balance(
        self,
        columns: dict[str, NDArray[Any]],
        schema: Schema,
        counts: Counts,
        draw: np.random.Generator,
    ) -> dict[str, NDArray[Any]]:
        """See ``Balancing.balance``."""
        import numpy as np

        from hone_trainer.augment.neighbours import nearest

        numbers = [field.name for field in schema.numbers]
        rarer = rows_of(counts.rarer, columns, schema)
        rows = len(columns[schema.targets[0].value_column])
        count = wanted(len(rarer), rows, counts, draw)
        if len(rarer) > MOST_ROWS:
            rarer = np.sort(draw.choice(rarer, MOST_ROWS, replace=False))
        if not count:
            return columns
        near = nearest(
            [columns[name][rarer] for name in numbers],
            [columns[field.name][rarer] for field in schema.ids],
            self.neighbours,
        )
        base = draw.integers(len(rarer), size=count)
        other = near[base, draw.integers(near.shape[1], size=count)]
        way = draw.random(count)
        one, two = rarer[base], rarer[other]
        nearer = np.where(way < 0.5, one, two)
        added = {name: values[nearer] for name, values in columns.items()}
        for name in numbers:
            values = columns[name]
            between = values[one] + way * (values[two].astype(np.float64) - values[one])
            added[name] = between.astype(np.float32)
        return {name: np.concatenate([columns[name], added[name]]) for name in columns}
