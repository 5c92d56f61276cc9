"""Volumes of pods: what they are made of, where they appear, and which are there already."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from hone.api.labels import LABEL_PATTERN
from hone.api.resources import Quantity
from hone_trainer.contract.patterns import Name
from hone_trainer.contract.spec import OneOf, Rule, Spec

PATH_PATTERN = r"^/[^:\p{Cc}]*$"
PLACES = {
    "scratch": "/tmp",  # noqa: S108 - the only folder to write to
    "token": "/var/run/secrets/hone",
    "hone-payload": "/etc/hone",
}
"""Volumes of every pod -> where they appear. No pod has two of one name, or at one place."""
TAKEN = "every pod has one of its own so: choose another"
ONCE = "volumes: every name and every mountPath must be used once"


class ClaimVolume(Spec):
    """A PersistentVolumeClaim of the job's namespace."""

    claim_name: Name
    """The claim."""


class EmptyVolume(Spec):
    """An empty folder that goes with the pod."""

    size_limit: Quantity | None = None
    """The most it may hold."""
    medium: Literal["", "Memory"] = ""
    """``Memory`` for a tmpfs, such as a larger /dev/shm."""


class VolumeKind(OneOf):
    """What a volume is made of."""

    persistent_volume_claim: ClaimVolume | None = None
    """A PersistentVolumeClaim."""
    empty_dir: EmptyVolume | None = None
    """An empty folder."""


class Volume(VolumeKind):
    """A volume, and where it appears in the pods."""

    rules = (
        Rule(f"!(self.name in {[*PLACES]})", f"name: {TAKEN}"),
        Rule(f"!(self.mountPath in {[*PLACES.values()]})", f"mountPath: {TAKEN}"),
    )

    name: Annotated[str, Field(max_length=63, pattern=LABEL_PATTERN)]
    """Its name."""
    mount_path: Annotated[str, Field(max_length=512, pattern=PATH_PATTERN)]
    """Where it appears."""

    @model_validator(mode="after")
    def _of_its_own(self) -> Self:
        if self.name in PLACES:
            raise ValueError(f"name: {TAKEN}")
        if self.mount_path in PLACES.values():
            raise ValueError(f"mountPath: {TAKEN}")
        return self


APART = Rule(
    "!has(self.volumes) || self.volumes.all(v,"
    " self.volumes.filter(w, w.name == v.name || w.mountPath == v.mountPath).size() == 1)",
    ONCE,
)


def twice(volumes: Iterable[Volume]) -> Iterator[str]:
    """Say that two volumes bear one name, or appear at one place."""
    every = tuple(volumes)
    counted = (Counter(v.name for v in every), Counter(v.mount_path for v in every))
    if any(number > 1 for each in counted for number in each.values()):
        yield ONCE
