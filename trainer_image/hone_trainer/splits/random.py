"""Rows by chance, each for itself.

A row's place depends on its number in the source and the seed, on nothing else: not on cleaning,
not on other rows' content. Rows are ranked by a hash, so that the shares are exact; the bound of
each share is found block by block, so that any number of rows takes little memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hone_trainer.splits.splitting import Ask, Places, Splitting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.rows.block import Block


class RandomSplit(Splitting):
    """By chance, row by row; the shares are exact."""

    def settle(self, observed: list[Any], ask: Ask) -> Places:  # noqa: ARG002
        """Find the hashes at which the shares end."""
        from hone_trainer.rows.row_hash import kth_smallest

        validation = round(ask.rows * ask.validation)
        held_out = validation + round(ask.rows * ask.test)
        bounds = (kth_smallest(ask.rows, ask.seed, count) for count in (validation, held_out))
        return RandomPlaces(ask.seed, *bounds)


@dataclass(frozen=True)
class RandomPlaces(Places):
    """Rows with the least hashes are held out."""

    seed: int
    validation: int
    """Hashes below it are the validation part's."""
    test: int
    """Hashes from there up to below it are the test part's."""

    def of(self, block: Block) -> NDArray[np.int8]:
        """See ``Places.of``."""
        import numpy as np

        from hone_trainer.rows.row_hash import hash_numbers

        hashes = hash_numbers(block.rows.astype(np.uint64), self.seed)
        parts = np.zeros(len(block), np.int8)
        parts[hashes < np.uint64(self.test)] = 2
        parts[hashes < np.uint64(self.validation)] = 1
        return parts
