"""The models that exist, by domain: one line each."""

from hone_trainer.models.recommendation import Recommendation
from hone_trainer.words import OneOf


class AnyModel(OneOf):
    """An architecture, by the domain it is for."""

    recommendation: Recommendation | None = None
    """Personalised recommendation."""
