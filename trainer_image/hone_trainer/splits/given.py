"""The part of each row as a column says it: for sets whose split is part of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, model_validator

from hone_trainer.columns.lookup import ColumnName, find
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.spec import Rule
from hone_trainer.splits.group import groups_of
from hone_trainer.splits.splitting import Ask, Places, Splitting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Block

FIELD = "prepare.split.by.given"
SAME = "train, validation and test must be three different words"
Said = Annotated[str, Field(min_length=1, max_length=63)]


class GivenSplit(Splitting):
    """The part that a column says. Where no row is for validation, a share of the training rows is
    drawn for it.
    """

    rules = (
        Rule(
            "self.train != self.validation && self.train != self.test"
            " && self.validation != self.test",
            SAME,
        ),
    )

    column: ColumnName
    """The column that says it."""
    train: Said = "train"
    """What it holds in rows to train on."""
    validation: Said = "validation"
    """What it holds in rows to choose by."""
    test: Said = "test"
    """What it holds in rows for the final figures."""
    group: ColumnName | None = None
    """A column whose values are in one part each: a query, a user. Rows are drawn for validation by
    it, all of a value or none, so that they are as new to a model as those of the test part."""

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if len(set(self.words)) < len(self.words):
            raise ValueError(SAME)
        return self

    @property
    def words(self) -> tuple[str, str, str]:
        """The words, in the order of the parts."""
        return self.train, self.validation, self.test

    @property
    def orders(self) -> tuple[str, ...]:
        """See ``Splitting.orders``."""
        return (self.column, self.group) if self.group else (self.column,)

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``Splitting.check``."""
        find(columns, self.column, f"{FIELD}.column", "text")
        if self.group is not None:
            find(columns, self.group, f"{FIELD}.group", "text")

    def observe(self, block: Block, ask: Ask) -> Any:  # noqa: ARG002
        """Return which words there are; and of which group, where there are groups.

        Raises:
            StageFailure: a row says none of them (UnknownPart).
        """
        import numpy as np
        import pyarrow as pa

        texts = block.texts(self.column)
        found = texts.words.take(pa.array(np.unique(texts.codes[texts.codes >= 0])))
        strange = sorted({*found.to_pylist()} - {*self.words})
        if strange or (texts.codes < 0).any():
            told = repr(strange[0][:63]) if strange else "no value in some rows"
            message = f"{FIELD}: column {self.column!r} holds {told}, and a row is for one of"
            remedy = "correct the column, or say in train, validation and test what it holds"
            names = ", ".join(map(repr, self.words))
            raise StageFailure("UnknownPart", f"{message} {names}: {remedy}")
        if self.group is None:
            return pa.table({"word": found})
        pairs = {"word": texts.codes, "group": groups_of(block, self.group)}
        pairs = pa.table(pairs).group_by(["word", "group"]).aggregate([])
        words = texts.words.take(pairs.column("word").combine_chunks())
        return pa.table({"word": words, "group": pairs.column("group")})

    def settle(self, observed: list[Any], ask: Ask) -> Places:
        """See whether validation has to be drawn.

        Raises:
            StageFailure: no row is for training, or none for test (NoRowsLeft); a group has rows in
                two parts (GroupCut).
        """
        there = {word for table in observed for word in table.column("word").to_pylist()}
        for part in (self.train, self.test):
            if part not in there:
                message = f"{FIELD}: column {self.column!r} holds {part!r} in no row"
                raise StageFailure("NoRowsLeft", f"{message}: say in it which rows are for what")
        if self.group is not None:
            self._refuse_cuts(observed, self.group)
        drawn = 0.0 if self.validation in there else ask.validation
        return GivenPlaces(self.column, self.words, drawn, ask.seed, self.group)

    def _refuse_cuts(self, observed: list[Any], group: str) -> None:
        import pyarrow as pa

        pairs = pa.concat_tables(observed).group_by(["word", "group"]).aggregate([])
        cut = len(pairs) - len(pairs.column("group").unique())
        if cut:
            message = f"{FIELD}: {cut} values of {group!r} have rows in more than one part"
            raise StageFailure(
                "GroupCut", f"{message}: correct {self.column!r}, or leave out group"
            )


@dataclass(frozen=True)
class GivenPlaces(Places):
    """The place of a row by its word; training rows with the least hashes may be for validation."""

    column: str
    words: tuple[str, str, str]
    drawn: float
    """Share of the training rows."""
    seed: int
    group: str | None = None

    def of(self, block: Block) -> NDArray[np.int8]:
        """See ``Places.of``."""
        import numpy as np

        from hone_trainer.rows.row_hash import bounds, hash_numbers

        texts = block.texts(self.column)
        place = {word: number for number, word in enumerate(self.words)}
        known = [place.get(word, 0) for word in texts.words.to_pylist()]
        parts = np.array([*known, 0], np.int8)[texts.codes]
        if self.drawn:
            (end,) = bounds((self.drawn,))
            drawn = block.rows.astype(np.uint64)
            if self.group is not None:
                drawn = groups_of(block, self.group)
            hashes = hash_numbers(drawn, self.seed)
            parts[(parts == 0) & (hashes < end)] = 1
        return parts
