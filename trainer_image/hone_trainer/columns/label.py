"""What the model predicts: 0 or 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from hone_trainer.columns.kind import Kind
from hone_trainer.contract.assignment import StageFailure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.rows.block import Block, Form
    from hone_trainer.rows.field import Field


class LabelColumn(Kind):
    """What the model predicts: 0 or 1 (also true and false)."""

    form: ClassVar[Form] = "number"

    def fields(self, name: str, learned: dict[str, Any]) -> tuple[Field, ...]:  # noqa: ARG002
        """See ``Kind.fields``."""
        from hone_trainer.rows.field import Field

        return (Field(name=name, source=name, kind="label"),)

    def encode(
        self,
        name: str,
        block: Block,
        learned: dict[str, Any],  # noqa: ARG002
    ) -> dict[str, NDArray[np.generic]]:
        """See ``Kind.encode``.

        Raises:
            StageFailure: a row has another label, or none (``BadLabel``).
        """
        import numpy as np

        values = block.numbers(name)
        wrong = (values != 0) & (values != 1)
        if wrong.any():
            row, value = block.rows[wrong][0], values[wrong][0]
            what = "no value" if np.isnan(value) else f"{value:g}, neither 0 nor 1,"
            message = f"column {name!r} has {what} in row {row + 1}"
            remedy = "correct the source, or add {missing: {}} to prepare.clean"
            raise StageFailure("BadLabel", f"{message}: {remedy}")
        return {name: values.astype(np.int8)}
