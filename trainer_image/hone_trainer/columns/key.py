"""What rows are told apart or belong together by, and no model ever reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hone_trainer.columns.kind import Kind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.rows.block import Block
    from hone_trainer.rows.field import Field
    from hone_trainer.rows.row_tensors import RowTensors


class KeyColumn(Kind):
    """What rows belong together by: for cleaning, rules, splits and sequences. Not learned from."""

    @property
    def whole(self) -> bool:
        """See ``Kind.whole``."""
        return False

    def fields(self, name: str, learned: dict[str, Any]) -> tuple[Field, ...]:  # noqa: ARG002
        """Return none."""
        return ()

    def encode(
        self,
        name: str,  # noqa: ARG002
        block: Block,  # noqa: ARG002
        learned: dict[str, Any],  # noqa: ARG002
    ) -> dict[str, NDArray[np.generic]]:
        """Return nothing."""
        return {}

    @property
    def no_graph(self) -> str:
        """See ``Kind.no_graph``."""
        return ""

    def graph(
        self,
        name: str,  # noqa: ARG002
        rows: RowTensors,  # noqa: ARG002
        learned: dict[str, Any],  # noqa: ARG002
    ) -> dict[str, Any]:
        """Return nothing."""
        return {}
