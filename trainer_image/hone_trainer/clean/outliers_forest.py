"""Outliers by how few questions set a row apart from the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from hone_trainer.clean.outliers_method import OutlierMethod

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.clean.outliers_method import Marks, Values

FIT_ROWS = 100_000
"""Rows from which the threshold is found; a tree sees far fewer."""
LARGEST = 1e30
"""Beyond it, trees that count in 32 bits see no difference."""


class IsolationForestOutliers(OutlierMethod):
    """Rows that random trees set apart early (Liu, Ting and Zhou 2008), by scikit-learn.

    Columns are looked at together, so rows are found whose values are strange only in company.
    A missing value counts as the median.
    """

    bounded: ClassVar[bool] = False

    contamination: Annotated[float, Field(gt=0, le=0.5)] = 0.01
    """Share of the training rows that count as outliers."""
    trees: Annotated[int, Field(ge=1, le=1000)] = 100
    """Trees of the forest."""
    samples: Annotated[int, Field(ge=2, le=65_536)] = 256
    """Training rows that each tree sees, drawn at random. The more, the rarer the values that are
    found, and the longer it takes; outliers in one of many columns want some thousands."""

    def learn(self, values: Values, seed: int) -> Any:
        """Return the medians and the forest; None where there is no training row."""
        import numpy as np
        from sklearn.ensemble import IsolationForest

        from hone_trainer.clean.forest import Forest

        medians = {name: _median(each) for name, each in values.items()}
        points = _points(values, medians)
        if not len(points):
            return None
        if len(points) > FIT_ROWS:
            draw = np.random.default_rng(seed)
            points = points[np.sort(draw.choice(len(points), FIT_ROWS, replace=False))]
        forest = IsolationForest(
            n_estimators=self.trees,
            max_samples=min(self.samples, len(points)),
            contamination=self.contamination,
            random_state=seed % 2**32,
            n_jobs=1,
        )
        forest.fit(points)
        return {"medians": medians, "forest": Forest.of(forest, forest.max_samples_)}

    def outside(self, values: Values, learned: Any) -> Marks:
        """Mark all columns of the rows that are set apart."""
        import numpy as np

        if learned is None or not all(map(len, values.values())):
            return {name: np.zeros(len(each), bool) for name, each in values.items()}
        apart = learned["forest"].apart(_points(values, learned["medians"]))
        return {name: apart.copy() for name in values}

    def facts(self, learned: Any) -> dict[str, Any]:
        """Return the score below which a row is an outlier."""
        return {} if learned is None else {"threshold": learned["forest"].offset}

    def save(self, learned: Any) -> Any:
        """See ``OutlierMethod.save``."""
        return learned and learned | {"forest": vars(learned["forest"])}

    def restore(self, saved: Any) -> Any:
        """See ``OutlierMethod.restore``."""
        from hone_trainer.clean.forest import Forest

        return saved and saved | {"forest": Forest(**saved["forest"])}


def _median(values: NDArray[np.float64]) -> float:
    import numpy as np

    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else 0.0


def _points(values: Values, medians: dict[str, float]) -> NDArray[np.float32]:
    """Return (n, columns) numbers apart from the median, where 32 bits are finest."""
    import numpy as np

    apart = [np.nan_to_num(each - medians[name], nan=0.0) for name, each in values.items()]
    return np.stack(apart, axis=1).clip(-LARGEST, LARGEST).astype(np.float32)
