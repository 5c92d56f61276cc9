"""Missing numbers read off their course over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hone_trainer.columns.lookup import ColumnName, find
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.spec import Spec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Block

FIELD = "prepare.clean[].missing.interpolate"
GROUP_KNOTS = 1 << 22
"""Knots of the groups' curves, all columns of a step together: 16 bytes each, in every pod."""


class Interpolate(Spec):
    """Read missing numbers off their course over time, which is learned on the training part.

    The course is the mean value at each time, with straight lines between; before the first and
    after the last time it stays as it is there. Rows whose time is missing get the median.
    """

    along: ColumnName
    """The time or number column along which numbers change."""
    by: ColumnName | None = None
    """An id or text column: each of its values has its own course. Those with fewer than two times
    in the training part, and all but the 100,000 with the most, take the course of all rows."""

    def check(self, columns: tuple[Column, ...], filled: tuple[str, ...]) -> None:
        """Refuse what does not fit the columns, of which ``filled`` are named to be filled."""
        along = find(columns, self.along, f"{FIELD}.along", "number", "time")
        if along.value.target:
            message = (
                f"{FIELD}.along names {self.along!r}, which a task reads: it is not known when a"
            )
            raise StageFailure("WrongColumnKind", f"{message} model serves: name another column")
        if self.along in filled:
            message = f"{FIELD}.along names {self.along!r}, which missing.columns names too"
            raise StageFailure("WrongColumnKind", f"{message}: it cannot run along itself")
        if self.by is not None:
            find(columns, self.by, f"{FIELD}.by", "text")

    def learn(self, sample: Block, names: list[str]) -> dict[str, Any]:
        """Return column -> (median, ``Curves``)."""
        import numpy as np

        from hone_trainer.clean.curves import learn, times

        along = times(sample, self.along)
        texts = None if self.by is None else sample.texts(self.by)
        learned = {}
        for name in names:
            values = sample.numbers(name)
            known = values[~np.isnan(values)]
            median = float(np.median(known)) if len(known) else 0.0
            learned[name] = (median, learn(along, values, texts, GROUP_KNOTS // len(names)))
        return learned

    def figures(self, block: Block, learned: Any) -> NDArray[np.float64]:
        """Return (n,) what would stand in for each row's value of a column."""
        import numpy as np

        from hone_trainer.clean.curves import times

        median, curves = learned
        curve = np.zeros(len(block), np.int64)
        if self.by is not None:
            curve = curves.of(block.texts(self.by))
        found = curves.at(curve, times(block, self.along))
        figures: NDArray[np.float64] = np.where(np.isnan(found), median, found)
        return figures

    def save(self, learned: dict[str, Any]) -> dict[str, Any]:
        """Return the median and the arrays of the curves, by column."""
        return {
            name: {"median": median, "curves": vars(curves)}
            for name, (median, curves) in learned.items()
        }

    def restore(self, saved: dict[str, Any]) -> dict[str, Any]:
        """Return column -> (median, ``Curves``), from what ``save`` gave."""
        from hone_trainer.clean.curves import Curves

        return {name: (each["median"], Curves(**each["curves"])) for name, each in saved.items()}

    def facts(self, learned: dict[str, Any]) -> dict[str, Any]:
        """Return column -> the median, and how much of a course is known."""
        return {
            name: {
                "median": median,
                "knots": int(curves.starts[1]),
                "groups": len(curves.groups),
            }
            for name, (median, curves) in learned.items()
        }
