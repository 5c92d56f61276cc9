"""Scales that are straight lines: what is learned of them, and how it is applied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hone_trainer.columns.normalizations.normalization import Normalization

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def line(offset: float, scale: float) -> dict[str, Any]:
    """Return what is learned: a scale of 0 says that all training values were the same."""
    return {"offset": offset, "scale": scale}


def along(values: Any, learned: dict[str, Any]) -> Any:
    """Return (value - offset) / scale of an array or a tensor (n,) of float64.

    A constant column is 0, also where another value turns up: a model that never saw the column
    change has not learned what to make of it. NaN stays.
    """
    if not learned["scale"]:
        return values - values  # 0, or NaN
    return (values - learned["offset"]) / learned["scale"]


class Line(Normalization):
    """A scale that is a straight line, whatever its offset and scale are learned from."""

    def apply(self, values: NDArray[np.float64], learned: dict[str, Any]) -> NDArray[np.float64]:
        """See ``Normalization.apply``."""
        scaled: NDArray[np.float64] = along(values, learned)
        return scaled

    @property
    def no_graph(self) -> str:
        """See ``Normalization.no_graph``."""
        return ""

    def graph(self, values: Any, learned: dict[str, Any]) -> Any:
        """See ``Normalization.graph``."""
        return along(values, learned)
