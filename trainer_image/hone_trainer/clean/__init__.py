"""The cleaning steps that exist: one line each."""

from pydantic import Field

from hone_trainer.clean.duplicates import Duplicates
from hone_trainer.clean.missing import Missing
from hone_trainer.clean.outliers import Outliers
from hone_trainer.clean.row_rules import Rules
from hone_trainer.contract.spec import OneOf


class AnyCleaning(OneOf):
    """A cleaning step."""

    duplicates: Duplicates | None = None
    """Drop rows that repeat another one."""
    missing: Missing | None = None
    """Fill or drop missing values."""
    outliers: Outliers | None = None
    """Drop, clip or blank values that are far from all others."""
    held: Rules | None = Field(default=None, alias="rules")  # ``Spec`` has a ``rules`` already
    """Put aside rows that contradict what is declared to hold."""
