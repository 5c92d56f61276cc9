"""What the same user met before: a history out of plain events, which models of taste live on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field as Bound

from hone_trainer.columns.id import id_field
from hone_trainer.columns.kind import Kind
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.nearest import hint

if TYPE_CHECKING:
    from hone_trainer.columns import Column
    from hone_trainer.rows.field import Field
    from hone_trainer.rows.row_tensors import RowTensors

Named = Annotated[str, Bound(min_length=1, max_length=63)]


class SequenceColumn(Kind):
    """The ids that earlier rows of the same user hold.

    Training rows are told of training rows alone, held-out rows of all that came before, as in
    serving. Ids, not labels: what a row is to predict is in no sequence.
    """

    # Whoever holds the rows of a user makes it (``preparation.histories``): there is no ``encode``
    # for one block alone.
    derived: ClassVar[bool] = True

    of: Named
    """The column with the ids: an id column with length 1."""
    by: Named
    """The column that says whose they are: an id column with length 1, or a key."""
    along: Named
    """The column that says what is earlier: a time or a number."""
    length: Annotated[int, Bound(ge=1, le=512)] = 20
    """Positions; longer histories keep their last ids, shorter ones are padded at the front."""

    @property
    def borrows(self) -> str:
        """See ``Kind.borrows``."""
        return self.of

    @property
    def orders(self) -> tuple[str, ...]:
        """See ``Kind.orders``."""
        return (self.along,)

    def check(self, name: str, columns: tuple[Column, ...]) -> None:
        """See ``Kind.check``."""
        wanted = {
            "of": (self.of, ("id",)),
            "by": (self.by, ("id", "key")),
            "along": (self.along, ("time", "number")),
        }
        known = {column.name: column for column in columns}
        for word, (other, kinds) in wanted.items():
            path = f"prepare.columns: {name!r}: sequence.{word}"
            if other not in known:
                names = ", ".join(repr(each) for each in known if each != name)
                said = f"{other!r}, which is not among the columns{hint(other, known)}"
                message = f"{path} names {said}; they are {names}"
                raise StageFailure("ColumnNotFound", message)
            column = known[other]
            if column.kind not in kinds:
                message = f"{path} must name a column of kind {' or '.join(kinds)}"
                raise StageFailure(
                    "WrongColumnKind", f"{message}; {other!r} is of kind {column.kind}"
                )
            if column.id is not None and column.id.length > 1:
                message = f"{path} must name a column with one id per row"
                remedy = f"{other!r} has length {column.id.length}"
                raise StageFailure("WrongColumnKind", f"{message}; {remedy}")

    def positions(self, name: str) -> dict[str, int]:
        """See ``Kind.positions``."""
        return {name: self.length}

    def fields(self, name: str, learned: dict[str, Any]) -> tuple[Field, ...]:
        """See ``Kind.fields``.

        Args:
            name: the column.
            learned: what the column ``of`` learned: ids mean the same in both.
        """
        return (id_field(name, "", self.length, learned),)

    @property
    def no_graph(self) -> str:
        """See ``Kind.no_graph``."""
        return ""

    def graph(self, name: str, rows: RowTensors, learned: dict[str, Any]) -> dict[str, Any]:
        """See ``Kind.graph``; whoever asks knows the history and sends it."""
        from hone_trainer.rows.token_tensors import positions

        return {name: positions(rows, rows.values(name), learned, self.length)}
