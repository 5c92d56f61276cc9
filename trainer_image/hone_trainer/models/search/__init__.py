"""The search models that exist: one line each."""

from hone_trainer.contract.spec import OneOf
from hone_trainer.models.search.matching import Matching


class Search(OneOf):
    """A model for search."""

    matching: Matching | None = None
    """A tower for the query, one for the item, and what of the one is found in the other."""
