"""What every source of raw rows gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hone_trainer.words import Words

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.store import ArtifactStore


@dataclass(frozen=True)
class RawRows:
    """Rows as the source has them.

    frame: indexed 0 to n-1, the number of the row in its source. Ids are strings, numbers and the
        label float64; what is missing is None in ids and NaN in the others.
    probability: (n,) the true probability of the label, from a source that made it up. It serves
        to say what the best possible model reaches and never gets into a shard.
    """

    frame: pd.DataFrame
    probability: NDArray[np.float64] | None = None


class RowSource(Words):
    """Where raw rows come from: its parameters plus ``read``."""

    def read(self, columns: tuple[Column, ...], store: ArtifactStore) -> RawRows:
        """Read the columns that take part.

        Args:
            columns: what is wanted.
            store: the artifacts' store, whose endpoint and keys reach other places too.

        Raises:
            StageFailure: InputNotFound, UnreadableInput, ColumnNotFound, BadLabel, BadNumber.
        """
        raise NotImplementedError


def choose(frame: pd.DataFrame, columns: tuple[Column, ...]) -> pd.DataFrame:
    """Keep the columns that take part; ``ColumnNotFound`` names those that are not there."""
    from hone_trainer.task import StageFailure

    wanted = [column.name for column in columns]
    absent = [name for name in wanted if name not in frame.columns]
    if absent:
        there = ", ".join(repr(name) for name in list(frame.columns)[:32])
        message = f"the source has no column {absent[0]!r}; it has {there}: correct prepare.columns"
        raise StageFailure("ColumnNotFound", message)
    return frame[wanted]
