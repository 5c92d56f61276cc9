"""Which sub-model learns from which training rows: decided once, kept in the data set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hone_trainer.columns.lookup import ColumnName, find
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.spec import OneOf, Spec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Block

MOST_SEGMENTS = 10_000
"""More of them are no segments; hashing serves them better."""


class DivisionWay(Spec):
    """A way to divide: gives each training row a number; member m of n takes those with m mod n."""

    def check(self, columns: tuple[Column, ...]) -> None:  # noqa: ARG002
        """Refuse what does not fit the columns (ColumnNotFound, WrongColumnKind)."""
        return

    def learn(self, sample: Block) -> dict[str, Any]:  # noqa: ARG002
        """Return what has to be known, from cleaned training rows; JSON values."""
        return {}

    def numbers(self, block: Block, learned: dict[str, Any], seed: int) -> NDArray[np.int32]:
        """Return (n,) numbers, not negative."""
        raise NotImplementedError


class ByRow(DivisionWay):
    """Row by row, by the hash of its number."""

    def numbers(self, block: Block, learned: dict[str, Any], seed: int) -> NDArray[np.int32]:  # noqa: ARG002
        """See ``DivisionWay.numbers``."""
        import numpy as np

        from hone_trainer.rows.row_hash import hash_numbers

        hashes = hash_numbers(block.rows.astype(np.uint64), seed + 1)
        return (hashes >> np.uint64(33)).astype(np.int32)


class ByGroup(DivisionWay):
    """All rows of one user (session, shop …) to one member, by the hash of its name."""

    column: ColumnName
    """The column that names the group: an id with length 1, or a key."""

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``DivisionWay.check``."""
        _check(self.column, columns, "group")

    def numbers(self, block: Block, learned: dict[str, Any], seed: int) -> NDArray[np.int32]:  # noqa: ARG002
        """See ``DivisionWay.numbers``."""
        import numpy as np

        from hone_trainer.rows.row_hash import hash_numbers
        from hone_trainer.rows.tokens import hash_words

        texts = block.texts(self.column)
        hashes = hash_numbers(hash_words(texts.words), seed + 1) >> np.uint64(33)
        return np.append(hashes, np.uint64(0))[texts.codes].astype(np.int32)


class BySegment(DivisionWay):
    """All rows of a segment to one member: the most frequent to the first, and so on in turn."""

    column: ColumnName
    """The column that names the segment (country, category …): an id with length 1, or a key."""

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``DivisionWay.check``."""
        _check(self.column, columns, "segment")

    def learn(self, sample: Block) -> dict[str, Any]:
        """Return the segments, most frequent first; ``TooManySegments`` where they are none."""
        import numpy as np

        texts = sample.texts(self.column)
        counts = np.bincount(texts.codes[texts.codes >= 0], minlength=len(texts.words))
        found = [
            (int(-n), word) for n, word in zip(counts, texts.words.to_pylist(), strict=True) if n
        ]
        if len(found) > MOST_SEGMENTS:
            message = f"column {self.column!r} has {len(found):,} values, too many for segments"
            remedy = "use prepare.divide.group, or another column"
            raise StageFailure("TooManySegments", f"{message}: {remedy}")
        return {"segments": [word for _, word in sorted(found)]}

    def numbers(self, block: Block, learned: dict[str, Any], seed: int) -> NDArray[np.int32]:  # noqa: ARG002
        """See ``DivisionWay.numbers``; a segment that the sample lacks goes to the first member."""
        import numpy as np

        at = {word: k for k, word in enumerate(learned["segments"])}
        texts = block.texts(self.column)
        codes = [at.get(word, 0) for word in texts.words.to_pylist()]
        return np.array([*codes, 0], np.int32)[texts.codes]


class Division(OneOf):
    """Which sub-model learns from which training rows."""

    rows: ByRow | None = None
    """Row by row."""
    group: ByGroup | None = None
    """Whole users, sessions or shops."""
    segment: BySegment | None = None
    """A segment of the shop each."""


def _check(name: str, columns: tuple[Column, ...], word: str) -> None:
    field = f"prepare.divide.{word}.column"
    column = find(columns, name, field)
    if column.kind in ("key", "category") or (column.id is not None and column.id.length == 1):
        return
    message = f"{field} must name an id column with length 1 or a key; {name!r} is {column.kind}"
    raise StageFailure("WrongColumnKind", message)
