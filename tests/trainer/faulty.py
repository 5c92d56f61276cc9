"""Real rows with faults put in by chance, and the knowledge of which.

Nobody publishes rows whose faults are known, so they are made: values are taken away, thrown far
out, made impossible, and whole rows are repeated, faults and all.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.columns import Column
from hone_trainer.rows.block import Block
from tests.trainer.blocks import block, columns

DURATIONS = ("Administrative_Duration", "Informational_Duration", "ProductRelated_Duration")
MEASURED = ("Administrative", "BounceRates", "ExitRates", "SpecialDay")
"""No session is 8 deviations off in these; the durations have such sessions by nature."""
NUMBERS = (*DURATIONS, *MEASURED, "Informational", "ProductRelated", "PageValues")
IDS = ("Month", "VisitorType", "OperatingSystems", "Browser", "Region", "TrafficType", "Weekend")
LABEL = "Revenue"
GAPS = ("Administrative", "ExitRates", "PageValues", "ProductRelated_Duration", "Month", "Region")
MONTHS = ("Feb", "Mar", "May", "June", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
COLUMNS: tuple[Column, ...] = columns(
    **{name: {"number": {}} for name in NUMBERS},
    **{name: {"id": {}} for name in IDS},
    **{LABEL: {"label": {}}},
)
FAR = 8.0
"""Deviations from the mean beyond which every injected outlier lies."""


@dataclass
class Faulty:
    """Rows of which it is known what is wrong with them.

    Attributes:
        frame: the rows.
        gaps: column -> rows (n,) whose value was taken away.
        far: column -> rows whose value was thrown far out.
        impossible: rows of which one value was made impossible.
        copies: rows that were added as copies of others.
        training: rows of the training part, 80 %.
    """

    frame: Any
    gaps: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    far: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    impossible: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))
    copies: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))
    training: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))

    def block(self) -> Block:
        """Return the rows as a stage reads them."""
        kept = {name: self.frame[name] for name in self.frame.columns}
        rows = block(**{name: _column(values) for name, values in kept.items()})
        return rows.placed(np.where(self.training, 0, 1).astype(np.int8))


def sound(datasets: Path) -> Any:
    """Return the rows as they are: 12,330 sessions of a shop, of which 125 repeat another one."""
    import pandas as pd

    frame = pd.read_csv(datasets / "online_shoppers" / "online_shoppers_intention.csv")
    frame[[*NUMBERS, LABEL]] = frame[[*NUMBERS, LABEL]].astype(np.float64)
    frame[list(IDS)] = frame[list(IDS)].astype(str)
    return frame[[*NUMBERS, *IDS, LABEL]]


def inject(
    frame: Any,
    seed: int,
    gaps: float = 0.03,
    far: float = 0.01,
    impossible: float = 0.01,
    copies: float = 0.02,
) -> Faulty:
    """Return the rows with such shares of faults; a value has one fault at most."""
    draw = np.random.default_rng(seed)
    rows = Faulty(frame.copy())
    count = len(frame)

    def chosen(share: float, among: NDArray[np.bool_]) -> NDArray[np.bool_]:
        marks = np.zeros(count, bool)
        marks[draw.choice(np.flatnonzero(among), round(count * share), replace=False)] = True
        return marks

    for name in MEASURED:
        values, rows.far[name] = frame[name].to_numpy(), chosen(far, np.ones(count, bool))
        distance = (FAR + draw.exponential(4, count)) * draw.choice([-1, 1], count)
        away = values.mean() + distance * values.std()
        rows.frame[name] = np.where(rows.far[name], away, values)
    rows.impossible = chosen(impossible, np.ones(count, bool))
    which = draw.integers(len(DURATIONS) + 1, size=count)
    for number, name in enumerate(DURATIONS):
        broken = rows.impossible & (which == number)
        rows.frame.loc[broken, name] = -draw.uniform(1, 100, broken.sum())
    rows.frame.loc[rows.impossible & (which == len(DURATIONS)), "Month"] = "Sept"
    for name in GAPS:
        rows.gaps[name] = chosen(gaps, ~rows.impossible & ~rows.far.get(name, rows.impossible))
        rows.frame.loc[rows.gaps[name], name] = None if name in IDS else np.nan
    return _repeat(rows, draw.permutation(count)[: round(count * copies)], draw)


def _column(values: Any) -> Any:
    import pyarrow as pa

    if values.dtype == np.float64:
        return pa.array(values.to_numpy())
    return pa.array(values.to_list(), pa.string()).dictionary_encode()


def _repeat(rows: Faulty, copied: NDArray[np.int64], draw: np.random.Generator) -> Faulty:
    """Put copies of rows at places by chance, each with the faults that the row has."""
    count = len(rows.frame)
    order = draw.permutation(count + len(copied))
    of = np.concatenate([np.arange(count), copied])[order]
    return Faulty(
        rows.frame.iloc[of].reset_index(drop=True),
        {name: marks[of] for name, marks in rows.gaps.items()},
        {name: marks[of] for name, marks in rows.far.items()},
        rows.impossible[of],
        order >= count,
        draw.random(len(of)) < 0.8,
    )
