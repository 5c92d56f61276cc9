"""Several models side by side as one that is trained further: stacking (Wolpert 1992).

Its answers start as the weighted average of the members' own, and dense layers on what all of them
have made of a row correct it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hone_trainer.models import AnyModel
from hone_trainer.models.ads.fields import joined, tower
from hone_trainer.models.model import Model

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hone_trainer.dataset.schema import Schema
    from hone_trainer.models.network import Part

KIND = "stacked"
PLACE = 6_000
"""Of its draws, behind those of its members."""


class Stacked(Model):
    """Members on the same inputs, the average of their answers, and a correction of it."""

    members: tuple[AnyModel, ...]
    """Their architectures."""
    shares: tuple[float, ...]
    """Of each in the answer, at the start."""
    scales: dict[str, tuple[float, ...]]
    """Target -> by what the logits of each member are multiplied at the start."""
    layers: tuple[int, ...] = ()
    """Units of each dense layer on the members' vectors; none: the average is not corrected."""
    dropout: float = 0.0
    """Share of units dropped after each of them while training."""

    @property
    def model(self) -> Stacked:
        """See ``AnyModel.model``."""
        return self

    def features(self, inputs: dict[str, Any], schema: Schema, prefix: str = "") -> dict[str, Any]:
        """See ``Model.features``: the logits of each target, but for a bias that starts at 0."""
        from hone_trainer.backend.keras import keras
        from hone_trainer.backend.pooling import Pool
        from hone_trainer.models.graph import open_graph

        graphs = [
            open_graph(member, schema, inputs, f"{prefix}{own}")
            for own, member in zip(self.prefixes, self.members, strict=True)
        ]
        vectors = [graph.features["vector"] for graph in graphs if "vector" in graph.features]
        deep = self._deep(vectors, prefix) if self.layers and vectors else None
        found = {}
        for target in schema.targets:
            name = f"{prefix}{target.name}"
            mixture = target.how.mixes_in == "mixture"
            starts = list(self.shares), list(self.scales[target.name])
            pool = Pool(mixture, *starts, name=f"{name}_pool", dtype="float32")
            logits = pool([graph.logits[target.name] for graph in graphs])
            if deep is not None:
                correction = keras.layers.Dense(
                    target.outputs,
                    use_bias=False,
                    kernel_initializer="zeros",
                    name=f"{name}_correction",
                    dtype="float32",
                )
                logits = keras.layers.Add(name=f"{name}_corrected")([logits, correction(deep)])
            found[f"logits/{name}"] = logits
        return found

    def _deep(self, vectors: list[Any], prefix: str) -> Any:
        """Return the vectors side by side, brought to one scale, through the dense layers."""
        from hone_trainer.backend.keras import keras

        level = [
            keras.layers.LayerNormalization(name=f"{prefix}level{k}")(each)
            for k, each in enumerate(vectors)
        ]
        together = joined(level, f"{prefix}together")
        return tower(together, self.layers, self.dropout, PLACE, f"{prefix}stack")

    @property
    def prefixes(self) -> list[str]:
        """What is put before the names of each member's layers."""
        return [f"s{k}_" for k in range(len(self.members))]

    def weights(self, parts: tuple[Part, ...], schema: Schema) -> Mapping[str, NDArray[Any]]:
        """Return what its weights start from, by name: the members' own, and no bias besides.

        Args:
            parts: the members, in order, with their weights.
            schema: that they were trained with.
        """
        import numpy as np

        from hone_trainer.backend.unmade_variables import unmade
        from hone_trainer.models.graph import open_graph
        from hone_trainer.tasks.head import HEAD

        given: dict[str, NDArray[Any]] = {}
        for own, part in zip(self.prefixes, parts, strict=True):
            with unmade():
                made = open_graph(part.model, schema, prefix=own).whole.weights
            names = (weight.name.partition(":")[0] for weight in made)
            given |= dict(zip(names, part.arrays, strict=True))
        for target in schema.targets:
            given[f"{target.name}{HEAD}/bias"] = np.zeros(target.outputs, np.float32)
        return given


def read_model(document: Mapping[str, Any]) -> AnyModel | Stacked:
    """Read an architecture as a network stores it."""
    if KIND in document:
        return Stacked.model_validate(document[KIND])
    return AnyModel.model_validate(document)


def dump_model(model: AnyModel | Stacked) -> dict[str, Any]:
    """Return what ``read_model`` reads."""
    return {KIND: model.dump()} if isinstance(model, Stacked) else model.dump()
