"""The models that exist, by domain: one line each."""

from hone_trainer.contract.spec import OneOf
from hone_trainer.models.ads import Ads
from hone_trainer.models.custom import OwnModel
from hone_trainer.models.generic import Generic
from hone_trainer.models.recommendation import Recommendation
from hone_trainer.models.service import Service


class AnyModel(OneOf):
    """An architecture, by the domain it is for."""

    ads: Ads | None = None
    """Ad placement."""
    custom: OwnModel | None = None
    """Any domain, by code of your own."""
    generic: Generic | None = None
    """Any domain."""
    recommendation: Recommendation | None = None
    """Personalised recommendation."""
    service: Service | None = None
    """Customer service."""
