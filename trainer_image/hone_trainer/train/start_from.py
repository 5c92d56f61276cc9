"""What a training starts from instead of chance, as a user says it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hone_trainer.contract.patterns import RunUri
from hone_trainer.contract.spec import Spec

FIELD = "train.startFrom"
Layer = Annotated[str, Field(min_length=1, max_length=255)]
Layers = Annotated[tuple[Layer, ...], Field(max_length=64)]


class Freeze(Spec):
    """Which of the layers that were taken over stay as they are at first, and how long."""

    epochs: Annotated[int, Field(ge=1, le=10_000)]
    """They stay bit for bit for so many epochs; then all are trained, and Adam begins anew."""
    layers: Annotated[Layers, Field(min_length=1)] | None = None
    """Their names, as the manifest of the stage lists them: ``embedding_COLUMN``, ``gru``, …. Where
    nothing is said, all that were taken over whole, but for heads."""


class StartFrom(Spec):
    """An earlier network whose weights this training starts from.

    Layers are matched by name; rows of tables, and outputs of heads, by the key that each stands
    for: the id, the word, the class. New ones start at the mean of those that were taken over.
    """

    uri: RunUri
    """The run that it is in (its last network before compression), a stage's folder in one with
    its manifest, or ``latest:JOB``, the newest complete run of a job. Reached as the artifacts are,
    when a training starts and not after it."""
    part: Annotated[int, Field(ge=0, le=255)] | None = None
    """Which model of several, counted from 0: members of a ``train`` stage, or those that were
    fused. Nothing to be said where there is one."""
    fresh: Layers = ()
    """Names of layers that start by chance all the same: such as one that has another width now."""
    freeze: Freeze | None = None
    """What is not trained at first; all is, where nothing is said."""
