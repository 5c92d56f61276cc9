"""Labels balanced by how much each row counts: nothing is added and nothing repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hone_trainer.augment.balancing import Balancing, Counts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.dataset.schema import Schema


class ByWeights(Balancing):
    """Let rows of the rarer label count more.

    A row counts n / (2 · rows with its label), so that both labels count the same and a row counts
    1 on average (King and Zeng 2001).
    """

    def balance(
        self,
        columns: dict[str, NDArray[Any]],
        schema: Schema,
        counts: Counts,
        draw: np.random.Generator,  # noqa: ARG002
    ) -> dict[str, NDArray[Any]]:
        """See ``Balancing.balance``."""
        import numpy as np

        from hone_trainer.dataset.dataset import WEIGHT

        total = counts.zeros + counts.ones
        each = np.array([total / (2 * counts.zeros), total / (2 * counts.ones)], np.float32)
        return columns | {WEIGHT: each[columns[schema.targets[0].value_column]]}
