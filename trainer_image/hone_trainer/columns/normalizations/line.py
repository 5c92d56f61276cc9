"""Scales that are straight lines: what is learned of them, and how it is applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def line(offset: float, scale: float) -> dict[str, Any]:
    """Return what is learned: a scale of 0 says that all training values were the same."""
    return {"offset": offset, "scale": scale}


def along(values: NDArray[np.float64], learned: dict[str, Any]) -> NDArray[np.float64]:
    """Return (value - offset) / scale; a constant column is 0, also where another value turns up.

    A model that never saw the column change has not learned what to make of it. NaN stays.
    """
    import numpy as np

    if not learned["scale"]:
        return np.where(np.isnan(values), np.nan, 0.0)
    scaled: NDArray[np.float64] = (values - learned["offset"]) / learned["scale"]
    return scaled
