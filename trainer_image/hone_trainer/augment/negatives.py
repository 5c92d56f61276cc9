"""Rows with items that a user has not met, for data that only says what was chosen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from hone_trainer.augment.augmentation import Augmentation
from hone_trainer.columns.lookup import ColumnName, ColumnNames, find
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.tasks.task import Reading

if TYPE_CHECKING:
    import numpy as np

    from hone_trainer.augment.negative_sampling import Met
    from hone_trainer.augment.pool import Pool
    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Block

FIELD = "prepare.augment[].negatives"


@dataclass(frozen=True)
class Learned:
    """What is known of all training rows; can be pickled."""

    label: str
    met: Met
    """Pairs of a user and an item."""
    pool: Pool | None
    """All items; None where each block draws from its own."""


class Negatives(Augmentation):
    """Beside each row with label 1, rows with label 0 and items that its user has not met.

    What a user has met is all that training rows say of it. It is remembered in ten bits a row, so
    that one item in a hundred is taken for met that was not. A user who has met nearly all items
    gets fewer rows. Learning takes 8 bytes of memory a row.
    """

    contrasts: ClassVar[bool] = True
    reads: ClassVar[frozenset[Reading]] = frozenset({"label", "grade"})

    per: Annotated[int, Field(ge=1, le=20)] = 4
    """Rows beside each; no two of them have the same item."""
    of: ColumnName
    """The item: an id column of length 1."""
    by: ColumnName
    """The user: an id column of length 1."""
    attributes: ColumnNames = ()
    """Other columns that belong to the item, such as its category and its price: they come with
    it, as they are where it is met first. What is not named here stays as in the row with label
    1."""
    held_out: Annotated[int, Field(ge=0, le=100)] | None = None
    """Rows beside each held-out row with label 1, drawn in the same way, so that a model can be
    measured by what it prefers: 99 are usual with leaveOneOut (He et al. 2017), which asks for a
    number here. No rows where nothing is said."""
    choose: Literal["uniform", "popularity", "inBatch"] = "uniform"
    """Which items: all alike; the more often met, the more often, by the power 0.75 of the count;
    or those of other rows with label 1 in the same slice of the source, as often as there."""

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``Augmentation.check``."""
        for field, name in (("of", self.of), ("by", self.by)):
            column = find(columns, name, f"{FIELD}.{field}", "text")
            if getattr(column.value, "length", 1) > 1:
                message = f"{FIELD}.{field} names {name!r}, which holds sequences"
                raise StageFailure("WrongColumnKind", f"{message}: it takes one id per row")
        for name in self.attributes:
            column = find(columns, name, f"{FIELD}.attributes")
            if column.value.target or name in (self.of, self.by):
                message = f"{FIELD}.attributes names {name!r}, which is no attribute of an item"
                raise StageFailure("WrongColumnKind", f"{message}: leave it out")

    def summarize(self, block: Block, rows: int) -> Any:  # noqa: ARG002
        """Return who has met what, as hashes, and the items."""
        import numpy as np
        import pyarrow as pa

        from hone_trainer.augment.negative_sampling import meetings, pair
        from hone_trainer.augment.pool import count
        from hone_trainer.rows.packing import pack

        known, users, items = meetings(block, self.by, self.of)
        pairs = np.unique(pair(users[known], items[known]))
        tables = {
            "rows": pa.table({"rows": [int(known.sum())]}),
            "met": pa.table({"pair": pa.array(pairs)}),
        }
        if self.choose != "inBatch":
            tables["items"] = count(block, self._names)
        return pack(tables)

    def learn(self, summaries: list[Any], columns: tuple[Column, ...]) -> Learned:
        """Return all that was met, and what can be drawn."""
        from hone_trainer.augment.bloom import Bloom
        from hone_trainer.augment.pool import Pool
        from hone_trainer.rows.packing import unpack

        found = [unpack(summary) for summary in summaries]
        met = Bloom.sized(sum(tables["rows"].column("rows")[0].as_py() for tables in found))
        for tables in found:
            met.add(tables["met"].column("pair").to_numpy())
        label = next(column.name for column in columns if column.value.target)
        if self.choose == "inBatch":
            return Learned(label, met, None)
        popular = self.choose == "popularity"
        counts = [tables["items"] for tables in found]
        return Learned(label, met, Pool.learn(counts, self._names, popular=popular))

    def widen(self, block: Block, learned: Learned, draw: np.random.Generator) -> Block:
        """See ``Augmentation.widen``."""
        return self._beside(block, learned, self.per, draw)

    def contrast(self, block: Block, learned: Learned, draw: np.random.Generator) -> Block:
        """See ``Augmentation.contrast``; what the held-out rows of the block say is met too."""
        from hone_trainer.augment.negative_sampling import Either, meetings, pair

        known, users, items = meetings(block, self.by, self.of)
        met = Either(learned.met, pair(users[known], items[known]))
        return self._beside(block, replace(learned, met=met), self.held_out or 0, draw)

    def _beside(self, block: Block, learned: Learned, per: int, draw: np.random.Generator) -> Block:
        import numpy as np

        from hone_trainer.augment.copies import beside
        from hone_trainer.augment.negative_sampling import draw_unmet, meetings
        from hone_trainer.augment.pool import Pool

        known, users, _ = meetings(block, self.by, self.of)
        chosen = known & (block.numbers(learned.label) > 0)
        pool = learned.pool or Pool.of(block, self._names, chosen)
        places = np.flatnonzero(chosen)
        origins, drawn = draw_unmet(users[places], pool, learned.met, per, draw)
        changed = {**pool.take(drawn), learned.label: np.zeros(len(drawn))}
        return beside(block, places[origins], changed)

    @property
    def _names(self) -> tuple[str, ...]:
        return (self.of, *self.attributes)
