"""What every normalisation takes and gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hone_trainer.contract.graph_form import NO_GRAPH
from hone_trainer.contract.spec import Spec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.rows.running_stats import Moments


class Normalization(Spec):
    """How a number column is brought to a common scale: its parameters, ``learn`` and ``apply``."""

    def learn(self, sample: NDArray[np.float64], moments: Moments) -> dict[str, Any]:
        """Learn from cleaned training rows; give JSON values.

        Args:
            sample: (n,) values without NaN: of all training rows up to a million, of a million
                drawn at random where there are more.
            moments: count, mean, deviation, least and largest of all training rows.
        """
        raise NotImplementedError

    def apply(self, values: NDArray[np.float64], learned: dict[str, Any]) -> NDArray[np.float64]:
        """Return (n,) values on the common scale; the same in training and in serving."""
        raise NotImplementedError

    @property
    def no_graph(self) -> str:
        """Why ``graph`` cannot do what ``apply`` does; empty where it can."""
        return NO_GRAPH

    def graph(self, values: Any, learned: dict[str, Any]) -> Any:
        """Return what ``apply`` does, of a float64 tensor (n,)."""
        raise NotImplementedError
