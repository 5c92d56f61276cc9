"""The columns of a data set: which ones there are and what each is for."""

from typing import Annotated

from pydantic import Field

from hone_trainer.normalizations import AnyNormalization
from hone_trainer.words import OneOf, Words


class IdColumn(Words):
    """Identifiers: one per row, or a sequence of them. Each gets an embedding."""

    length: Annotated[int, Field(ge=1, le=512)] = 1
    """Positions of the sequence; longer ones keep their last ids, shorter ones are padded."""
    separator: Annotated[str, Field(min_length=1, max_length=4)] = " "
    """What stands between the ids of a sequence."""
    buckets: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None
    """Give each id one of so many rows by its hash, instead of learning a vocabulary: for ids
    without end, such as devices. Ids that meet in a bucket share its embedding."""


class NumberColumn(Words):
    """A measured quantity."""

    normalize: AnyNormalization | None = None
    """How it is brought to a common scale; learned on the training part only."""


class LabelColumn(Words):
    """What the model predicts: 0 or 1 (also true and false)."""


class ColumnKind(OneOf):
    """What a column is for."""

    id: IdColumn | None = None
    """Identifiers."""
    number: NumberColumn | None = None
    """A measured quantity."""
    label: LabelColumn | None = None
    """What the model predicts."""


class Column(ColumnKind):
    """A column of the source that takes part."""

    name: Annotated[str, Field(min_length=1, max_length=63)]
    """Its name in the source."""
