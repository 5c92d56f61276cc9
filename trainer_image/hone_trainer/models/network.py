"""A trained network: one or several models with their weights, joined to one answer.

It is stored as parameters (JSON) and arrays (npz), never as pickled or serialised code: loading it
runs nothing but our own layers (Keras CVE-2025-1550, CVE-2025-9905, CVE-2026-1462).
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from hone_trainer.dataset.schema import Schema
from hone_trainer.models import AnyModel
from hone_trainer.models.answers import ROWS, Answers, answering
from hone_trainer.models.stacked import Stacked, dump_model, read_model
from hone_trainer.models.table_subset import narrow
from hone_trainer.store import chunked_storage
from hone_trainer.store.chunked_array import Array, ChunkedArray
from hone_trainer.tasks.learned import Calibration

if TYPE_CHECKING:
    from hone_trainer.contract.assignment import Artifact
    from hone_trainer.dataset.dataset import Rows
    from hone_trainer.models.assembly import Assembly
    from hone_trainer.pod.context import Context
    from hone_trainer.store.artifact_store import ArtifactStore
    from hone_trainer.store.manifest import Manifest
    from hone_trainer.tasks.ballots import Voting

PARAMETERS = "network.json"
WEIGHTS = "weights.npz"
NUMBERS = 1 << 24
"""Numbers of an answer that are computed at a time."""


@dataclass(frozen=True)
class Part:
    """One model of a network."""

    model: AnyModel | Stacked
    weights: tuple[Array | ChunkedArray, ...] = ()
    """In the order of ``keras.Model.get_weights`` of the model built alone; empty before training,
    when a build draws them anew. Large ones may be mapped from a file, or lie elsewhere."""
    calibrations: dict[str, Calibration] = field(default_factory=dict)
    """Target -> what was fitted to it before it became a part of several."""

    @property
    def arrays(self) -> tuple[Array, ...]:
        """The weights in memory."""
        return tuple(chunked_storage.plain(array) for array in self.weights)


@dataclass(frozen=True)
class Network:
    """Models with their weights, and the share of each in the joint answer."""

    schema: Schema
    parts: tuple[Part, ...]
    shares: tuple[float, ...] = (1.0,)
    calibrations: dict[str, Calibration] = field(default_factory=dict)
    """Target -> what was fitted to the joint answer; nothing where it is not named."""
    voting: Voting = "soft"
    """What of each part's answer is averaged."""

    def build(self) -> Any:
        """Return one flat functional Keras model with the weights in place, which answers.

        Inputs go by column name and are shared by the parts; the layers of part k are prefixed
        ``m{k}_``. Outputs go by name, see ``answers``: each is the average of the parts' answers,
        weighted by their shares.
        """
        return self.assemble().answering

    def assemble(self) -> Assembly:
        """Return the Keras models of the network and of its parts, on the same layers."""
        from hone_trainer.models.assembly import assemble

        return assemble(self)

    def answer(self, features: dict[str, Array], batch: int = ROWS) -> Iterator[Answers]:
        """Yield the answers to all rows, a bounded number at a time: target -> name -> array."""
        inputs = {name: features[name] for name in self.inputs}
        widest = max(target.outputs for target in self.schema.targets)
        batch = max(1, min(batch, NUMBERS // widest))
        network = self
        if self.chunked:
            network, inputs = narrow(self, inputs)
        yield from answering(network.build(), self.schema, inputs, batch)

    def calibration(self, target: str) -> Calibration:
        """Return what was fitted to its answers to a target."""
        return self.calibrations.get(target, Calibration())

    def calibrated(self, rows: Rows, answers: Mapping[str, dict[str, Array]]) -> Network:
        """Return the same network with what its own answers to some rows say of it.

        Args:
            rows: kept for choosing.
            answers: target -> its answers to them, as it stands; others keep what they have.
        """
        fitted = {
            target.name: target.how.calibrate(rows.targets[target.name], answers[target.name])
            for target in self.schema.targets
            if target.name in answers and target.how.calibrates
        }
        return replace(self, calibrations={**self.calibrations, **fitted})

    @property
    def chunked(self) -> bool:
        """Whether it has tables that are better not held in memory."""
        return any(chunked_storage.is_large(array) for part in self.parts for array in part.weights)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the columns that go in."""
        return tuple(field.name for field in self.schema.fields)

    def with_weights_of(self, models: Sequence[Any]) -> Network:
        """Return the same network with the weights of copies of its parts, see ``Assembly``."""
        pairs = zip(self.parts, models, strict=True)
        parts = (replace(part, weights=tuple(model.get_weights())) for part, model in pairs)
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
                {
                    "model": dump_model(part.model),
                    "arrays": len(part.weights),
                    "calibrations": _dump(part.calibrations),
                }
                for part in self.parts
            ],
            "shares": list(self.shares),
            "calibrations": _dump(self.calibrations),
            "voting": self.voting,
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
    def members(cls, ctx: Context, stage: str | None = None) -> tuple[Network, ...]:
        """Load the networks of a stage, the latest that made any: one per member, in order."""
        sources = ctx.sources("model", stage)
        return tuple(cls.load(ctx.store, ctx.manifest(each)) for each in sources)

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
                    read_model(part["model"]),
                    tuple(
                        large[name] if (name := f"{p}.{a}") in large else arrays[name]
                        for a in range(part["arrays"])
                    ),
                    calibrations(part["calibrations"]),
                )
                for p, part in enumerate(document["parts"])
            )
        schema = Schema.model_validate(document["schema"])
        fitted = calibrations(document["calibrations"])
        return cls(schema, parts, tuple(document["shares"]), fitted, document.get("voting", "soft"))


def _dump(calibrations: dict[str, Calibration]) -> dict[str, dict[str, float]]:
    return {name: each.dump() for name, each in calibrations.items()}


def calibrations(document: Mapping[str, Mapping[str, float]]) -> dict[str, Calibration]:
    """Read the JSON form of what was fitted to targets."""
    return {name: Calibration(**each) for name, each in document.items()}
