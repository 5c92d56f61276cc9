"""A model on the columns of a data set, with a head for each of its targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hone_trainer.backend.keras import keras
from hone_trainer.models.inputs import open_inputs

if TYPE_CHECKING:
    from hone_trainer.dataset.schema import Schema
    from hone_trainer.models import AnyModel
    from hone_trainer.models.stacked import Stacked
    from hone_trainer.tasks.head import Head


@dataclass(frozen=True)
class Graph:
    """Keras layers from inputs to logits."""

    inputs: dict[str, Any]
    """Column name -> Keras input."""
    features: dict[str, Any]
    """What the heads stand on."""
    heads: dict[str, Head]
    """Target -> head."""
    logits: dict[str, Any]
    """Target -> (batch, outputs) float32."""

    @property
    def body(self) -> Any:
        """The Keras model from inputs to features."""
        return keras.Model(self.inputs, self.features)

    @property
    def whole(self) -> Any:
        """The Keras model from inputs to logits; its weights are all there are."""
        return keras.Model(self.inputs, self.logits)


def open_graph(
    model: AnyModel | Stacked,
    schema: Schema,
    inputs: dict[str, Any] | None = None,
    prefix: str = "",
) -> Graph:
    """Build the layers.

    Args:
        model: the architecture.
        schema: the columns and targets.
        inputs: Keras inputs to stand on; new ones where none are given.
        prefix: put before each layer's name.
    """
    inputs = open_inputs(schema) if inputs is None else inputs
    features = model.model.features(inputs, schema, prefix)
    given = frozenset(features)
    heads = {t.name: t.how.head(t.facts, f"{prefix}{t.name}", given) for t in schema.targets}
    logits = {name: head.logits(features) for name, head in heads.items()}
    return Graph(inputs, features, heads, logits)
