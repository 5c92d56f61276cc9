"""Text in which words stand for words of the same meaning (after Wei and Zou 2019)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from hone_trainer.augment.augmentation import Augmentation
from hone_trainer.columns.lookup import ColumnName, find
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.patterns import WORD_PATTERN, Uri
from hone_trainer.contract.spec import Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Block
    from hone_trainer.store.side_inputs import SideInputs

FIELD = "prepare.augment[].synonyms"
MOST_BYTES = 16 << 20
"""Of a list in a file: every pod holds it."""
EITHER = "set groups or uri, and not both"
Word = Annotated[str, Field(min_length=1, max_length=63, pattern=WORD_PATTERN)]
Group = Annotated[tuple[Word, ...], Field(min_length=2, max_length=32)]


class Synonyms(Augmentation):
    """Beside each row, rows in whose text some words are replaced by others of the same meaning.

    Words are what spaces separate; capitals do not matter. Copies that came out the same are left
    out.
    """

    loads: ClassVar[bool] = True
    rules = (Rule("has(self.groups) != has(self.uri)", EITHER),)

    column: ColumnName
    """The text."""
    groups: Annotated[tuple[Group, ...], Field(max_length=256)] | None = None
    """Words of the same meaning; a word counts in the first group that has it."""
    uri: Uri | None = None
    """Such groups in a CSV file without a header line, one a line. Reached as the artifacts are."""
    share: Annotated[float, Field(gt=0, le=1)] = 0.3
    """Chance of each word that is in a group to be replaced."""
    copies: Annotated[int, Field(ge=1, le=8)] = 1
    """Rows beside each."""

    @model_validator(mode="after")
    def _either(self) -> Self:
        if (self.groups is None) == (self.uri is None):
            raise ValueError(EITHER)
        return self

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``Augmentation.check``."""
        find(columns, self.column, f"{FIELD}.column", "text")

    @property
    def uris(self) -> Mapping[str, str]:
        """The list, where it is in a file."""
        return {self.uri: f"{FIELD}.uri"} if self.uri else {}

    def load(self, side_inputs: SideInputs, columns: tuple[Column, ...]) -> Any:  # noqa: ARG002
        """Return a ``Thesaurus``.

        Raises:
            StageFailure: InputNotFound, UnreadableInput.
        """
        from csv import reader

        from hone_trainer.augment.thesaurus import Thesaurus

        if self.uri is None:
            return Thesaurus.of(self.groups or ())
        data = side_inputs.read(self.uri, f"{FIELD}.uri")
        if len(data) > MOST_BYTES:
            message = f"{self.uri} has {len(data):,} bytes; {FIELD}.uri takes {MOST_BYTES:,}"
            raise StageFailure("UnreadableInput", f"{message}: leave rare words out")
        try:
            lines = data.decode("utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            message = f"{FIELD}.uri: {self.uri}: line {line} is not UTF-8"
            raise StageFailure("UnreadableInput", f"{message}: save it as UTF-8") from None
        groups = [[word.strip() for word in line if word.strip()] for line in reader(lines)]
        if not any(len(group) > 1 for group in groups):
            message = f"{FIELD}.uri: {self.uri} has no line with two words"
            raise StageFailure(
                "UnreadableInput", f"{message}: write those of a meaning in one line"
            )
        return Thesaurus.of(groups)

    def widen(self, block: Block, learned: Any, draw: np.random.Generator) -> Block:
        """See ``Augmentation.widen``."""
        from hone_trainer.augment.text_copies import copy_texts

        def change(texts: Any) -> Any:
            return learned.replace(texts, self.share, draw)

        return copy_texts(block, self.column, self.copies, change)
