"""The cleaning steps that exist: one line each."""

from pydantic import Field

from hone_trainer.cleaning.duplicates import Duplicates
from hone_trainer.cleaning.missing import Missing
from hone_trainer.cleaning.outliers import Outliers
from hone_trainer.cleaning.rules import Rules
from hone_trainer.words import OneOf


class AnyCleaning(OneOf):
    """A cleaning step."""

    duplicates: Duplicates | None = None
    """Drop rows that repeat another one."""
    missing: Missing | None = None
    """Fill or drop missing values."""
    outliers: Outliers | None = None
    """Drop, clip or blank values that are far from all others."""
    held: Rules | None = Field(default=None, alias="rules")  # ``Words`` has a ``rules`` already
    """Put aside rows that contradict what is declared to hold."""
