"""What every cleaning step takes and gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from hone_trainer.contract.graph_form import NO_GRAPH
from hone_trainer.contract.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Block
    from hone_trainer.rows.row_tensors import RowTensors
    from hone_trainer.store.side_inputs import SideInputs


@dataclass(frozen=True)
class Cleaned:
    """What a step left of a block, and what it did."""

    block: Block
    """The rows that stay, with the values that they have now."""
    dropped: dict[str, int] = field(default_factory=dict)
    """Why -> rows. Reasons are exclusive: their sum is the rows that are gone."""
    changed: dict[str, dict[str, int]] = field(default_factory=dict)
    """What was done (filled, clipped, marked) -> column -> values."""
    quarantined: dict[str, NDArray[np.int64]] = field(default_factory=dict)
    """Why -> numbers (``Block.rows``) of the rows that are put aside; each row once."""


class Cleaning(Spec):
    """A cleaning step: its parameters, ``learn`` and ``apply``.

    Nothing is learned from held-out rows, and every row is treated the same whatever block it is
    in: the output is the same bytes however the source is cut.
    """

    seeks: ClassVar[bool] = False
    """Whether it compares each row with all others: see ``HashPartition``."""
    loads: ClassVar[bool] = False
    """Whether it takes what ``load`` gives in the place of what ``learn`` gives."""

    @property
    def uris(self) -> Mapping[str, str]:
        """Files that ``load`` reads -> the field of the job that names each."""
        return {}

    @property
    def orders(self) -> tuple[str, ...]:
        """Columns along which it fills others."""
        return ()

    def check(self, columns: tuple[Column, ...]) -> None:  # noqa: ARG002
        """Refuse parameters that do not fit the columns, before anything is read.

        Raises:
            StageFailure: ColumnNotFound, WrongColumnKind.
        """
        return

    def load(self, side_inputs: SideInputs, columns: tuple[Column, ...]) -> Any:  # noqa: ARG002
        """Fetch what rows are compared with, once; give something that can be pickled.

        Raises:
            StageFailure: InputNotFound, UnreadableInput, …
        """
        return None

    def learn(self, sample: Block, columns: tuple[Column, ...], seed: int) -> Any:  # noqa: ARG002
        """Learn from training rows; give something that can be pickled.

        Args:
            sample: training rows as the steps before left them: all of them up to a million, a
                million drawn at random where there are more.
            columns: what each column is for.
            seed: of whatever is drawn.
        """
        return None

    def fills(self, learned: Any) -> frozenset[str]:  # noqa: ARG002
        """Return the columns of which it leaves no value missing."""
        return frozenset()

    def facts(self, learned: Any) -> dict[str, Any]:  # noqa: ARG002
        """Say what was learned, as JSON values, for the report."""
        return {}

    def save(self, learned: Any) -> Any:
        """Return what was learned, for a file: JSON values, with numpy and Arrow arrays in them."""
        return learned

    def restore(self, saved: Any) -> Any:
        """Return what was learned, from what ``save`` gave; tuples may have become lists."""
        return saved

    def apply(self, block: Block, learned: Any, columns: tuple[Column, ...]) -> Cleaned:
        """Clean the rows of all parts in one block; pure.

        Serving calls it too, without the columns that tasks read: they are missing there.
        """
        raise NotImplementedError

    @property
    def no_graph(self) -> str:
        """Why ``graph`` cannot do what ``apply`` does; empty where it can."""
        return NO_GRAPH

    def graph(self, rows: RowTensors, learned: Any, columns: tuple[Column, ...]) -> RowTensors:
        """Return what ``apply`` does of rows that come alone; those that it drops are refused."""
        raise NotImplementedError


class HashPartition(Cleaning):
    """A step that finds rows which are alike, wherever they stand.

    Of each set of rows with the same key one stays: training rows come before held-out ones, so
    that a change of these never drops one of those; within a part the first (or last) of the
    source.
    """

    seeks: ClassVar[bool] = True

    def keys(self, block: Block, columns: tuple[Column, ...]) -> NDArray[np.uint64]:
        """Return (n,) a hash of what makes a row the same; equal in every block and process."""
        raise NotImplementedError

    def last_stays(self) -> bool:
        """Say whether the last of equal rows stays, instead of the first."""
        return False

    def apply(self, block: Block, learned: Any, columns: tuple[Column, ...]) -> Cleaned:
        """Drop the rows for which ``learned`` (n,) is true."""
        raise NotImplementedError
