"""Labels balanced by repeating rows of the rarer one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hone_trainer.augment.balancing import Balancing, Counts, rows_of, wanted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.dataset.schema import Schema


class ByRepeating(Balancing):
    """Repeat rows of the rarer label until there are as many as of the other.

    Every row is repeated as often as any other, to within one.
    """

    def balance(
        self,
        columns: dict[str, NDArray[Any]],
        schema: Schema,
        counts: Counts,
        draw: np.random.Generator,
    ) -> dict[str, NDArray[Any]]:
        """See ``Balancing.balance``."""
        import numpy as np

        rarer = rows_of(counts.rarer, columns, schema)
        rows = len(columns[schema.targets[0].value_column])
        count = wanted(len(rarer), rows, counts, draw)
        again = np.resize(draw.permutation(rarer), count)
        return {name: np.concatenate([values, values[again]]) for name, values in columns.items()}
