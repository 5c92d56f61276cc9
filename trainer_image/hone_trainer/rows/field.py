"""What a model reads of a column, and the parts that rows are in."""

from __future__ import annotations

from typing import Literal

from hone_trainer.contract.spec import Spec

Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = ("train", "validation", "test")


class Field(Spec):
    """A column as the model sees it."""

    name: str
    """Plain and unique: TensorFlow makes scopes and signatures of it."""
    kind: Literal["id", "number"]
    source: str = ""
    """What the column is called in the source."""
    length: int = 1
    """Positions of an id sequence."""
    size: int = 0
    """Rows of an id column's embedding table: 0 = padding, 1 = unseen, known ids from 2."""
    hashed: bool = False
    """Whether ids are found by their hash, and not in a vocabulary."""
    withheld: float = 0.0
    """Share of its ids that training takes for unseen, so that row 1 learns what that means."""
    answers: str = ""
    """The target whose keys its known ids are, in their order: what a model knows of one it knows
    of the other."""
    of: str = ""
    """The field of single ids that a sequence holds earlier ones of, with the same numbers."""
    pieces: str = ""
    """Digest of the tokenizer whose pieces its ids are; empty where they are none."""
    like: str = ""
    """The field of another text whose ids mean the same."""
    vocabulary: str = ""
    """The column whose vocabulary its ids are of; empty where they are found without one."""

    @property
    def table(self) -> str:
        """What fields have in common whose ids mean the same, and may share their vectors."""
        return self.pieces or self.of or self.like or self.name
