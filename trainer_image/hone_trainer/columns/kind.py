"""What every kind of column takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from hone_trainer.contract.graph_form import NO_GRAPH
from hone_trainer.contract.spec import Spec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Block, Form
    from hone_trainer.rows.field import Field
    from hone_trainer.rows.row_tensors import RowTensors
    from hone_trainer.store.side_inputs import SideInputs


class Kind(Spec):
    """What a column is for: its parameters, what it learns, and the fields a model reads of it.

    A column becomes no, one or several fields. ``encode`` is what serving calls too: it needs a
    block and what was learned, nothing else.
    """

    form: ClassVar[Form] = "text"
    """How the source's values are read."""
    target: ClassVar[bool] = False
    """Whether a task reads it, and so no model may."""
    derived: ClassVar[bool] = False
    """Whether it is made of other columns: the source has none of its name, and blocks neither."""

    @property
    def whole(self) -> bool:
        """Whether a row without a value is of no use; not so where no model reads the column."""
        return True

    @property
    def measured(self) -> bool:
        """Whether a model reads a number of it."""
        return False

    @property
    def borrows(self) -> str:
        """The column whose ids it has; empty where they are its own."""
        return ""

    @property
    def orders(self) -> tuple[str, ...]:
        """Columns by which it orders rows."""
        return ()

    def settle(self, ordering: bool) -> Self:  # noqa: ARG002
        """Return it as it is meant beside the other words of the stage.

        Args:
            ordering: whether rows are ordered or split by the column.
        """
        return self

    def check(self, name: str, columns: tuple[Column, ...]) -> None:  # noqa: ARG002
        """Refuse parameters that do not fit the other columns, before anything is read.

        Raises:
            StageFailure: ColumnNotFound, WrongColumnKind.
        """
        return

    @property
    def uris(self) -> Mapping[str, str]:
        """The files that it learns from besides: address -> field of the job."""
        return {}

    def load(self, side_inputs: SideInputs) -> dict[str, Any]:  # noqa: ARG002
        """Return what it learns from these files, JSON values; nothing of rows.

        Raises:
            StageFailure: one is not there, or is not what it should be.
        """
        return {}

    def summarize(self, name: str, block: Block) -> Any:  # noqa: ARG002
        """Return what has to be known of a block's cleaned training rows, as an Arrow table."""
        return None

    def learn(
        self,
        name: str,  # noqa: ARG002
        summaries: list[Any],  # noqa: ARG002
        sample: Block,  # noqa: ARG002
    ) -> dict[str, Any]:
        """Learn from training rows; give JSON values.

        Args:
            name: the column.
            summaries: what ``summarize`` gave for each block, in the order of the source.
            sample: cleaned training rows: all up to a million, beyond it a million
                drawn at random.
        """
        return {}

    def positions(self, name: str) -> dict[str, int]:  # noqa: ARG002
        """Say which of the fields are ids, and how many each has: known before anything is read."""
        return {}

    def fields(self, name: str, learned: dict[str, Any]) -> tuple[Field, ...]:
        """Say what a model reads; names start with the column's and are made plain later."""
        raise NotImplementedError

    def encode(
        self, name: str, block: Block, learned: dict[str, Any]
    ) -> dict[str, NDArray[np.generic]]:
        """Return field name -> ids (n, length) int32, or numbers (n,) float32."""
        raise NotImplementedError

    def losses(self, name: str, block: Block, learned: dict[str, Any]) -> dict[str, float]:  # noqa: ARG002
        """Say what of a block's values no model gets to see: what is lost -> its share."""
        return {}

    @property
    def no_graph(self) -> str:
        """Why ``graph`` cannot do what ``encode`` does; empty where it can."""
        return NO_GRAPH

    def graph(self, name: str, rows: RowTensors, learned: dict[str, Any]) -> dict[str, Any]:
        """Return what ``encode`` does, of the same values, as tensors."""
        raise NotImplementedError
