"""Outliers by the fences of a box plot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from hone_trainer.clean.outliers_method import OutlierMethod

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.clean.outliers_method import Bounds, Values


class IqrOutliers(OutlierMethod):
    """Beyond the fences of a box plot (Tukey 1977): so many quartile ranges from the quartiles.

    Where the quartiles are the same value, as of a column that is mostly 0, that value is good and
    the quartiles of all others count. Where those are the same too, nothing is an outlier.
    """

    factor: Annotated[float, Field(ge=0.5, le=100)] = 1.5
    """Quartile ranges beyond the quartiles that are still good; with 3 only the far out are not."""

    def learn(self, values: Values, seed: int) -> dict[str, Bounds]:  # noqa: ARG002
        """Return the bounds of each column."""
        return {name: self._bounds(each) for name, each in values.items()}

    def _bounds(self, values: NDArray[np.float64]) -> Bounds:
        import numpy as np

        known = values[np.isfinite(values)]
        common: list[float] = []
        while len(known):
            low, high = (float(quartile) for quartile in np.quantile(known, [0.25, 0.75]))
            if low < high:
                reach = self.factor * (high - low)
                return min([low - reach, *common]), max([high + reach, *common])
            if common:
                break
            common = [low]
            known = known[known != low]
        return -np.inf, np.inf
