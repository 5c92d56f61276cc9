"""Columns that tasks read and no model does: they come from ``prepare.tasks``.

They are read, split and cleaned as the others are. What a task makes of them is its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from hone_trainer.columns.kind import Kind

if TYPE_CHECKING:
    from hone_trainer.rows.block import Block, Form
    from hone_trainer.rows.field import Field
    from hone_trainer.rows.row_tensors import RowTensors


class Target(Kind):
    """What a task reads."""

    target: ClassVar[bool] = True

    @property
    def whole(self) -> bool:
        """A row without it stays: it has no such target."""
        return False

    def fields(self, name: str, learned: dict[str, Any]) -> tuple[Field, ...]:  # noqa: ARG002
        """See ``Kind.fields``: none."""
        return ()

    def encode(self, name: str, block: Block, learned: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """See ``Kind.encode``: nothing."""
        return {}

    @property
    def no_graph(self) -> str:
        """See ``Kind.no_graph``."""
        return ""

    def graph(self, name: str, rows: RowTensors, learned: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """See ``Kind.graph``: nothing."""
        return {}


class LabelColumn(Target):
    """0 or 1, also false and true."""

    form: ClassVar[Form] = "number"


class AmountColumn(Target):
    """A number: a label, or a weight."""

    form: ClassVar[Form] = "number"


class GradeColumn(Target):
    """How relevant something is, from 0 on."""

    form: ClassVar[Form] = "number"


class CategoryColumn(Target):
    """A name: of a class, of an item, of a group."""

    form: ClassVar[Form] = "text"
