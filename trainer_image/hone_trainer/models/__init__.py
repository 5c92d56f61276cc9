"""The models that exist, by domain: one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from hone_trainer.contract.spec import OneOf
from hone_trainer.models.ads import Ads
from hone_trainer.models.custom import OwnModel
from hone_trainer.models.generic import Generic
from hone_trainer.models.recommendation import Recommendation
from hone_trainer.models.search import Search
from hone_trainer.models.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hone_trainer.contract.stage import Stage
    from hone_trainer.dataset.schema import Schema
    from hone_trainer.models.model import Model
    from hone_trainer.store.artifact_store import ArtifactStore


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
    search: Search | None = None
    """Search: what was found, in the order of what was meant."""
    service: Service | None = None
    """Customer service."""

    @property
    def model(self) -> Model:
        """The architecture itself."""
        found: Model = self.value.value
        return found

    def misfits(self, dataset: Stage | None) -> Iterator[str]:
        """Say what in the data set that a stage makes it cannot read, as far as that is known."""
        lengths = dataset.lengths() if dataset else None
        if lengths is not None:
            yield from self.model.check(lengths)
        readable = dataset.readable() if dataset else None
        if readable is not None:
            yield from self.model.names(readable)

    def settled(self, schema: Schema, store: ArtifactStore) -> Self:
        """Return it with all that its graph needs to know; see ``Model.settled``."""
        family = self.value
        model = family.value.settled(schema, store)
        family = family.model_copy(update={family.kinds[family.kind]: model})
        return self.model_copy(update={self.kinds[self.kind]: family})
