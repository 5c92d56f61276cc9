"""A pretrained text encoder of BERT's family, adapted to the shop's own texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self

from hone_trainer.models.pretrained.text_encoder import TextEncoder, no_pieces
from hone_trainer.models.service.text_model import PLACE, TextModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hone_trainer.dataset.schema import Schema
    from hone_trainer.store.artifact_store import ArtifactStore

FIELD = "train.model.service.encoder"


class Encoder(TextEncoder, TextModel):
    """Texts through a pretrained encoder of BERT's family, whose weights are trained on or stay as
    they are.

    It reads every text that ``prepare.columns`` reads in ``pieces``; other columns stand beside
    what it says of them.
    """

    def check(self, lengths: Mapping[str, int]) -> Iterator[str]:
        """See ``Model.check``."""
        if not any(name.endswith("_pieces") for name in lengths):
            yield no_pieces(FIELD)

    def reads(self, store: ArtifactStore) -> tuple[str, ...]:
        """See ``Model.reads``."""
        return self.versions(FIELD, store)

    def settled(self, schema: Schema, store: ArtifactStore) -> Self:
        """See ``Model.settled``."""
        return self.sized(FIELD, schema, store)

    def start(self, schema: Schema, store: ArtifactStore) -> Mapping[str, NDArray[Any]]:
        """See ``Model.start``."""
        return self.weights(FIELD, schema, store)

    def texts(self, inputs: dict[str, Any], schema: Schema, prefix: str) -> list[Any]:
        """See ``TextModel.texts``."""
        said = self.said(inputs, schema, prefix)
        found = []
        for k, field in enumerate(schema.ids):
            if field.name in said:
                found.append(said[field.name])
            else:
                place = PLACE + 100 * k
                found += self.told(field, inputs[field.name], schema, prefix, place)
        return found

    def read(self, words: Any, present: Any, prefix: str, place: int) -> list[Any]:  # noqa: ARG002
        """See ``TextModel.read``: of words that are not in pieces, the mean."""
        from hone_trainer.backend.sequence_layers import MeanOf

        return [MeanOf(name=f"{prefix}mean")([words, present])]
