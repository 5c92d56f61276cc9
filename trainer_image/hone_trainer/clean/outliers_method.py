"""What every way to find outliers takes and gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from hone_trainer.contract.spec import Spec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = dict[str, NDArray[np.float64]]
    """Number column -> (n,) values, NaN where missing."""
    Marks = dict[str, NDArray[np.bool_]]
    Bounds = tuple[float, float]
    """Least and greatest good value."""


class OutlierMethod(Spec):
    """A way to find outliers: its parameters, ``learn`` and ``outside``."""

    bounded: ClassVar[bool] = True
    """Whether it learns ``Bounds`` for each column by name; other ways judge whole rows."""

    def learn(self, values: Values, seed: int) -> Any:
        """Learn from training rows; give something that can be pickled."""
        raise NotImplementedError

    def outside(self, values: Values, learned: Any) -> Marks:
        """Say for each column and row (n,) whether the value is an outlier."""
        return {name: beyond(each, learned[name]) for name, each in values.items()}

    def save(self, learned: Any) -> Any:
        """Return what was learned, for a file; see ``Cleaning.save``."""
        return learned

    def restore(self, saved: Any) -> Any:
        """Return what was learned, from what ``save`` gave."""
        return saved

    def facts(self, learned: Any) -> dict[str, Any]:
        """Say what was learned, as JSON values."""
        return {
            name: {"atLeast": low, "atMost": high}
            for name, (low, high) in learned.items()
            if high < float("inf")
        }


def beyond(values: NDArray[np.float64], bounds: Bounds) -> NDArray[np.bool_]:
    """Say for each value (n,) whether it is outside the bounds; NaN is not."""
    marks: NDArray[np.bool_] = (values < bounds[0]) | (values > bounds[1])
    return marks
