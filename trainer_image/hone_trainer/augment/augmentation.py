"""What every augmentation takes and gives.

Training rows are augmented. Held-out rows are never changed; rows can be set beside them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.spec import Spec
from hone_trainer.tasks.task import Reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.dataset.schema import Schema
    from hone_trainer.rows.block import Block
    from hone_trainer.store.side_inputs import SideInputs


class Augmentation(Spec):
    """More, or other, training rows than the source has.

    It may act at two moments and leaves alone those that do not concern it: on cleaned rows, which
    still have the source's words; and on encoded rows, as the model reads them. Whatever is drawn
    comes from the generator that is handed in, so the same block gives the same rows everywhere.
    """

    loads: ClassVar[bool] = False
    """Whether it takes what ``load`` gives in the place of what ``learn`` gives."""
    contrasts: ClassVar[bool] = False
    """Whether it adds rows with label 0, so that the source may do without them."""

    reads: ClassVar[frozenset[Reading]] = frozenset()
    """How labels of the first task are read where it works on them; nothing where it does not."""

    def check(self, columns: tuple[Column, ...]) -> None:  # noqa: ARG002
        """Refuse parameters that do not fit the columns (ColumnNotFound, WrongColumnKind, …)."""
        return

    @property
    def uris(self) -> Mapping[str, str]:
        """Files that ``load`` reads -> the field of the job that names each."""
        return {}

    def load(self, side_inputs: SideInputs, columns: tuple[Column, ...]) -> Any:  # noqa: ARG002
        """Fetch what lies elsewhere, once; give something that can be pickled.

        Raises:
            StageFailure: InputNotFound, UnreadableInput, …
        """
        return None

    def summarize(self, block: Block, rows: int) -> Any:  # noqa: ARG002
        """Return what has to be known of the cleaned training rows of a block, as an Arrow table.

        Args:
            block: cleaned training rows.
            rows: rows of the source, all blocks together: for sizes that all must agree on.
        """
        return None

    def learn(self, summaries: list[Any], columns: tuple[Column, ...]) -> Any:  # noqa: ARG002
        """Learn from the summaries of all blocks, in their order; can be pickled."""
        return None

    def widen(self, block: Block, learned: Any, draw: np.random.Generator) -> Block:  # noqa: ARG002
        """Return the training rows of a block with what is added or changed before they are
        encoded.

        Added rows stand behind the row that they come from and have its number.
        """
        return block

    def contrast(self, block: Block, learned: Any, draw: np.random.Generator) -> Block:  # noqa: ARG002
        """Return the held-out rows of a block, perhaps with others to be told from them.

        These stand behind the row that they come from and have its number and its part.
        """
        return block

    def rework(
        self,
        columns: dict[str, NDArray[np.generic]],
        schema: Schema,  # noqa: ARG002
        learned: Any,  # noqa: ARG002
        draw: np.random.Generator,  # noqa: ARG002
    ) -> dict[str, NDArray[np.generic]]:
        """Return encoded training rows with what is added or changed.

        Args:
            columns: field name -> ids (n, length) int32, numbers (n,) float32;
                names of ``Target`` -> values and weights (n,);
                ``dataset.WEIGHT`` -> weights (n,) float32 where rows have them.
            schema: what each field is.
            learned: what ``learn`` gave.
            draw: where chance comes from.
        """
        return columns


def need_numbers(columns: tuple[Column, ...], word: str, otherwise: str) -> None:
    """Refuse to make rows between rows where a model reads no numbers (NothingBetween).

    Args:
        columns: the columns.
        word: what asks for such rows.
        otherwise: what helps, besides a number column.
    """
    if not any(column.value.measured for column in columns):
        message = f"prepare.augment[].{word}: there is nothing between ids"
        raise StageFailure("NothingBetween", f"{message}: add a number column, or {otherwise}")
