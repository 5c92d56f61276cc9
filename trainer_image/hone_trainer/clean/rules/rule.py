"""What every declared rule takes and gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hone_trainer.contract.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Block
    from hone_trainer.store.side_inputs import SideInputs


class RowRule(Spec):
    """Something that holds for every good row. What is missing breaks no rule."""

    def check(self, columns: tuple[Column, ...]) -> None:  # noqa: ARG002
        """Refuse parameters that do not fit the columns (ColumnNotFound, WrongColumnKind)."""
        return

    @property
    def uris(self) -> Mapping[str, str]:
        """Files that ``load`` reads -> the field of the job that names each."""
        return {}

    def load(self, side_inputs: SideInputs, columns: tuple[Column, ...]) -> Any:  # noqa: ARG002
        """Fetch what the rule compares with, once; can be pickled."""
        return None

    def broken(self, block: Block, loaded: Any) -> NDArray[np.bool_]:
        """Say for each row (n,) whether it breaks the rule."""
        raise NotImplementedError

    def text(self) -> str:
        """Say the rule in a few words: ``price >= 0``."""
        raise NotImplementedError
