"""The bundle of a finished model: its graph, its transform, and what is known of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hone_trainer.bundle.description import (
    DESCRIPTION,
    FOLDER,
    MODEL,
    README,
    Column,
    Description,
    File,
    Format,
    Predicted,
    Tensor,
)
from hone_trainer.bundle.formats import exported
from hone_trainer.bundle.readme import readme
from hone_trainer.dataset.dataset import TABLES, TRANSFORM
from hone_trainer.models.litert import LiteModel
from hone_trainer.transform.saving import restore

if TYPE_CHECKING:
    from hone_trainer.contract.assignment import Artifact
    from hone_trainer.dataset.dataset import Dataset
    from hone_trainer.models.network import Network
    from hone_trainer.pod.context import Context
    from hone_trainer.transform.transform import Transform


@dataclass(frozen=True)
class Made:
    """What is known of a model when its bundle is written."""

    network: Network
    graph: bytes
    """The .tflite file."""
    figures: Mapping[str, float]
    latency: Mapping[str, float]
    stages: Mapping[str, dict[str, Any]]
    versions: Mapping[str, str]
    formats: tuple[str, ...] = ()
    """What is asked for besides the .tflite file."""


def write(ctx: Context, data: Dataset, made: Made) -> tuple[Artifact, ...]:
    """Write the bundle as files of the running stage; ``bundle.json`` comes last."""
    files = {name: data.fetch(name) for name in (TRANSFORM, TABLES)} | {MODEL: made.graph}
    formats: tuple[Format, ...] = ()
    if made.formats:
        transform, features = restore(files[TRANSFORM], files[TABLES]), data.read("test").features
        more, formats = exported(made.formats, transform, made.network, made.graph, features)
        files |= more
    described = describe(ctx.task.job, ctx.task.seed, files, made, formats)
    files[README] = readme(described).encode()
    listed = tuple(_file(name, content) for name, content in files.items())
    described = described.model_copy(update={"files": listed})
    files[DESCRIPTION] = described.encode()
    folder = FOLDER
    written = [ctx.write(f"{folder}/{name}", content) for name, content in files.items()]
    if any(f"/{ctx.folder}/{folder}/" not in artifact.uri for artifact in written):
        # A zombie of this attempt left other bytes there: what answers stands together.
        folder = f"{FOLDER}-{described.digest}"
        written = [ctx.write(f"{folder}/{name}", content) for name, content in files.items()]
    return tuple(written)


def describe(
    job: str,
    seed: int,
    files: Mapping[str, bytes],
    made: Made,
    formats: tuple[Format, ...] = (),
) -> Description:
    """Say what is in a bundle."""
    transform = restore(files[TRANSFORM], files[TABLES])
    listed = tuple(_file(name, content) for name, content in files.items())
    digest = hashlib.sha256("".join(file.sha256 for file in listed).encode()).hexdigest()[:12]
    inputs, outputs = LiteModel(made.graph).signature()
    network = made.network
    return Description(
        name=job,
        digest=digest,
        targets=tuple(
            Predicted(
                name=target.name,
                task=target.task.kind,
                label=target.how.label,
                calibration=network.calibration(target.name).dump(),
            )
            for target in network.schema.targets
        ),
        columns=_columns(transform),
        inputs=tuple(Tensor(name=n, dtype=t, shape=s) for n, (t, s) in inputs.items()),
        outputs=tuple(Tensor(name=n, dtype=t, shape=s) for n, (t, s) in outputs.items()),
        files=listed,
        formats=formats,
        figures=dict(made.figures),
        latency=dict(made.latency),
        stages=dict(made.stages),
        seed=seed,
        versions=dict(made.versions),
    )


def _columns(transform: Transform) -> tuple[Column, ...]:
    """Return what may be said of a row; what only training has is left out."""
    example = transform.examples[0] if transform.examples else {}
    filled = {name for step in transform.steps for name in step.step.value.fills(step.learned)}
    read = {column.name for column in transform.read}
    derived = {column.value.of for column in transform.columns if column.value.derived}
    return tuple(
        Column(
            name=column.name,
            kind=column.kind,
            needed=column.value.whole and column.name not in filled and not column.value.derived,
            example=example.get(column.name),
        )
        for column in transform.columns
        if column.name in read or column.name not in derived
    )


def _file(name: str, content: bytes) -> File:
    digest = hashlib.sha256(content).hexdigest()
    return File(name=name, sha256=digest, size_bytes=len(content))
