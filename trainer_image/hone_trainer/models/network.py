"""A trained network: one or several models with their weights, joined to one prediction.

It is stored as parameters (JSON) and arrays (npz), never as pickled or serialised code: loading it
runs nothing but our own layers (Keras CVE-2025-1550, CVE-2025-9905, CVE-2026-1462).
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.models import AnyModel
from hone_trainer.models.table_subset import narrow
from hone_trainer.rows.dataset import Schema
from hone_trainer.store import chunked_storage
from hone_trainer.store.chunked_array import Array, Slab

if TYPE_CHECKING:
    from hone_trainer.contract.assignment import Artifact
    from hone_trainer.pod.context import Context
    from hone_trainer.store.artifact_store import ArtifactStore
    from hone_trainer.store.manifest import Manifest

PARAMETERS = "network.json"
WEIGHTS = "weights.npz"


@dataclass(frozen=True)
class Part:
    """One model of a network."""

    model: AnyModel
    weights: tuple[Array | Slab, ...] = ()
    """In the order of ``keras.Model.get_weights`` of the model built alone; empty before training,
    when a build draws them anew. Large ones may be mapped from a file, or lie elsewhere."""

    @property
    def arrays(self) -> tuple[Array, ...]:
        """The weights in memory."""
        return tuple(chunked_storage.plain(array) for array in self.weights)


@dataclass(frozen=True)
class Network:
    """Models with their weights, and the share of each in the joint prediction."""

    schema: Schema
    parts: tuple[Part, ...]
    shares: tuple[float, ...] = (1.0,)

    def build(self) -> Any:
        """Give one flat functional Keras model with the weights in place.

        Inputs go by column name and are shared by the parts; the layers of part k are prefixed
        ``m{k}_``. The output (batch, 1) is the average of the parts' probabilities, weighted by
        their shares; a single part has no averaging layer.
        """
        return _assemble(self)[0]

    def predict(self, features: dict[str, Array], batch: int = 4096) -> NDArray[np.float32]:
        """Give the probability of the label, (rows,), for each row of the features."""
        inputs = {name: features[name] for name in self.inputs}
        network = self
        if self.wide:
            network, inputs = narrow(self, inputs)
        probabilities = network.build().predict(inputs, batch_size=batch, verbose=0)
        return np.asarray(probabilities[:, 0], np.float32)

    @property
    def wide(self) -> bool:
        """Whether it has tables that are better not held in memory."""
        return any(chunked_storage.is_large(array) for part in self.parts for array in part.weights)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the columns that go in."""
        return tuple(field.name for field in self.schema.fields if field.kind != "label")

    def with_weights_of(self, model: Any) -> Network:
        """Give the same network with the weights of a model that ``build`` made, or its clone."""
        parts = []
        for part, graph in zip(self.parts, _assemble(self)[1], strict=True):
            layers = [model.get_layer(layer.name) for layer in graph.layers]
            weights = tuple(array for layer in layers for array in layer.get_weights())
            parts.append(replace(part, weights=weights))
        return replace(self, parts=tuple(parts))

    @property
    def nonzero(self) -> int:
        """Number of parameters that are not zero."""
        return sum(
            chunked_storage.count_nonzero(array) for part in self.parts for array in part.weights
        )

    def save(self, ctx: Context, prefix: str = "") -> tuple[Artifact, ...]:
        """Write parameters and weights as artifacts of the running stage.

        Parameters and small arrays are a file each; a large array is cut into pieces.
        """
        arrays: dict[str, Array] = {}
        pieces: tuple[Artifact, ...] = ()
        large: dict[str, Any] = {}
        for p, part in enumerate(self.parts):
            for a, array in enumerate(part.weights):
                if chunked_storage.is_large(array):
                    made, large[f"{p}.{a}"] = chunked_storage.write(
                        ctx, f"{prefix}weights/{p}.{a}", array
                    )
                    pieces += made
                else:
                    arrays[f"{p}.{a}"] = chunked_storage.plain(array)
        document = {
            "schema": self.schema.dump(),
            "parts": [
                {"model": part.model.dump(), "arrays": len(part.weights)} for part in self.parts
            ],
            "shares": list(self.shares),
            "large": large,
        }
        packed = io.BytesIO()
        np.savez(packed, allow_pickle=False, **arrays)
        return (
            ctx.write(prefix + PARAMETERS, json.dumps(document).encode(), "json"),
            ctx.write(prefix + WEIGHTS, packed.getvalue(), "npz"),
            *pieces,
        )

    @classmethod
    def members(cls, ctx: Context) -> tuple[Network, ...]:
        """Load the networks of the latest stage that made any: one per member, in order."""
        return tuple(cls.load(ctx.store, ctx.manifest(each)) for each in ctx.sources("model"))

    @classmethod
    def load(cls, store: ArtifactStore, manifest: Manifest) -> Network:
        """Read a committed network.

        Raises:
            StageFailure: a file is missing, or is not the one that was committed.
        """
        document = json.loads(store.fetch(manifest.file(PARAMETERS)))
        large = {
            name: chunked_storage.read(store, manifest, record)
            for name, record in document.get("large", {}).items()
        }
        with np.load(io.BytesIO(store.fetch(manifest.file(WEIGHTS))), allow_pickle=False) as arrays:
            parts = tuple(
                Part(
                    AnyModel.model_validate(part["model"]),
                    tuple(
                        large[name] if (name := f"{p}.{a}") in large else arrays[name]
                        for a in range(part["arrays"])
                    ),
                )
                for p, part in enumerate(document["parts"])
            )
        schema = Schema.model_validate(document["schema"])
        return cls(schema, parts, tuple(document["shares"]))


def join(networks: Sequence[Network], shares: Sequence[float]) -> Network:
    """Give one network of the parts of several; those of share 0 are left out.

    Raises:
        StageFailure: they were trained on different columns (SchemaMismatch).
    """
    if any(network.schema != networks[0].schema for network in networks):
        raise StageFailure(
            "SchemaMismatch", "the members were trained on different data sets; train them on one"
        )
    pairs = [
        (part, outer * inner)
        for network, outer in zip(networks, shares, strict=True)
        for part, inner in zip(network.parts, network.shares, strict=True)
        if outer > 0
    ]
    return Network(networks[0].schema, tuple(p for p, _ in pairs), tuple(s for _, s in pairs))


def _assemble(network: Network) -> tuple[Any, list[Any]]:
    """Give the whole model, and each part as a model of its own on the same layers."""
    from hone_trainer.backend.keras import keras
    from hone_trainer.models.inputs import open_inputs

    inputs = open_inputs(network.schema)
    graphs = []
    for k, part in enumerate(network.parts):
        output = part.model.value.value.outputs(inputs, network.schema, prefix=f"m{k}_")
        graph = keras.Model(inputs, output)
        if part.weights:
            graph.set_weights(part.arrays)
        graphs.append(graph)
    if len(graphs) == 1:
        return graphs[0], graphs
    # A frozen dense unit without bias is a weighted average in layers that every tool knows.
    joined = keras.layers.Concatenate(name="members")([graph.output for graph in graphs])
    average = keras.layers.Dense(1, use_bias=False, trainable=False, name="average")
    whole = keras.Model(inputs, average(joined))
    average.set_weights([np.asarray(network.shares, np.float32)[:, None]])
    return whole, graphs
