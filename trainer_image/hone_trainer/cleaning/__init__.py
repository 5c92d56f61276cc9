"""The cleaning steps that exist: one line each."""

from hone_trainer.cleaning.duplicates import Duplicates
from hone_trainer.cleaning.missing import Missing
from hone_trainer.words import OneOf


class AnyCleaning(OneOf):
    """A cleaning step."""

    duplicates: Duplicates | None = None
    """Drop rows that repeat an earlier one."""
    missing: Missing | None = None
    """Fill or drop missing values."""
