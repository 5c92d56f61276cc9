"""Identifiers, as numbers from a vocabulary or by their hash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field as Bound

from hone_trainer.columns.kind import Kind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.rows.block import Block
    from hone_trainer.rows.field import Field
    from hone_trainer.rows.row_tensors import RowTensors


class IdColumn(Kind):
    """Identifiers: one per row, or a sequence of them. Each gets an embedding."""

    length: Annotated[int, Bound(ge=1, le=512)] = 1
    """Positions of the sequence; longer ones keep their last ids, shorter ones are padded."""
    separator: Annotated[str, Bound(min_length=1, max_length=4)] = " "
    """What stands between the ids of a sequence."""
    buckets: Annotated[int, Bound(ge=1, le=1_000_000_000)] | None = None
    """Give each id one of so many rows by its hash, instead of learning a vocabulary: for ids
    without end, such as devices. Ids that meet in a bucket share its embedding."""
    min_count: Annotated[int, Bound(ge=1, le=1_000_000_000)] = 1
    """Ids that training rows hold less often are treated as unseen."""
    max_size: Annotated[int, Bound(ge=1, le=20_000_000)] | None = None
    """Only so many ids, the most frequent ones, get a row of their own."""
    feature: bool = True
    """Whether a model reads it; otherwise only what is made of it is read, such as a sequence of
    earlier ids."""

    @property
    def whole(self) -> bool:
        """See ``Kind.whole``."""
        return self.feature

    def summarize(self, name: str, block: Block) -> Any:
        """Count the ids."""
        from hone_trainer.rows.tokens import count, split

        if self.buckets:
            return None
        texts = block.texts(name)
        return count(split(texts.words, self.length, self.separator), texts.codes)

    def learn(self, name: str, summaries: list[Any], sample: Block) -> dict[str, Any]:  # noqa: ARG002
        """Return ``known``, the vocabulary: most frequent first, ties in alphabetical order.

        Where ids are hashed, give ``buckets`` instead.
        """
        from hone_trainer.rows.tokens import vocabulary

        if self.buckets:
            return {"buckets": self.buckets}
        return {"known": vocabulary(summaries, self.min_count, self.max_size, name)}

    def positions(self, name: str) -> dict[str, int]:
        """See ``Kind.positions``."""
        return {name: self.length} if self.feature else {}

    def fields(self, name: str, learned: dict[str, Any]) -> tuple[Field, ...]:
        """See ``Kind.fields``."""
        return (id_field(name, name, self.length, learned),) if self.feature else ()

    def encode(
        self, name: str, block: Block, learned: dict[str, Any]
    ) -> dict[str, NDArray[np.generic]]:
        """See ``Kind.encode``: 0 is padding, 1 an id that training rows do not hold, or none."""
        import numpy as np

        from hone_trainer.rows.tokens import UNSEEN, codes_of, positions, split

        texts = block.texts(name)
        if self.length == 1:
            codes = np.empty(len(texts.distinct) + 1, np.int32)
            codes[:-1] = codes_of(texts.distinct, learned)
            codes[-1] = UNSEEN  # for those that are missing
            return {name: codes[texts.codes].reshape(-1, 1)}
        found = split(texts.words, self.length, self.separator)
        codes = codes_of(found.words, learned)
        return {name: positions(found, codes, self.length, texts.codes)}

    @property
    def no_graph(self) -> str:
        """See ``Kind.no_graph``."""
        return ""

    def graph(self, name: str, rows: RowTensors, learned: dict[str, Any]) -> dict[str, Any]:
        """See ``Kind.graph``."""
        from hone_trainer.backend.keras import tf
        from hone_trainer.rows.token_tensors import codes_of, positions
        from hone_trainer.rows.tokens import UNSEEN

        words = rows.values(name)
        if self.length == 1:
            codes = tf.where(rows.missing(name), UNSEEN, codes_of(rows, words, learned))
            return {name: codes[:, None]}
        split = tf.strings.split(words, self.separator)
        return {name: positions(rows, split, learned, self.length)}


def id_field(name: str, source: str, length: int, learned: dict[str, Any]) -> Field:
    """Describe ids of which ``known`` or ``buckets`` was learned."""
    from hone_trainer.rows.field import Field
    from hone_trainer.rows.tokens import FIRST_KNOWN

    hashed = "buckets" in learned
    size = FIRST_KNOWN + (learned["buckets"] if hashed else len(learned["known"]))
    return Field(name=name, source=source, kind="id", length=length, size=size, hashed=hashed)
