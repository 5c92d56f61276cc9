"""Which networks are fused, as a user says it, and how they are opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.patterns import RunUri, StageName
from hone_trainer.contract.spec import OneOf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hone_trainer.models.network import Network
    from hone_trainer.pod.context import Context


FIELD = "fuse.members[]"
START = "startDigest"


class Member(OneOf):
    """Where networks come from that are fused; all members of it, where it has several."""

    stage: StageName | None = None
    """An earlier ``train`` or ``fuse`` stage of this job, by its name."""
    uri: RunUri | None = None
    """An earlier run whose last network before compression is taken, a stage's folder in one with
    its manifest, or ``latest:JOB``: trained on a data set with the same columns and vocabularies.
    """


Members = Annotated[tuple[Member, ...], Field(min_length=1, max_length=16)]


@dataclass(frozen=True)
class Opened:
    """Networks that are to be fused, in order."""

    networks: tuple[Network, ...]
    starts: tuple[str, ...]
    """The digest of what the weights of each began with; empty where that was chance."""


def opened(members: tuple[Member, ...] | None, ctx: Context) -> Opened:
    """Load the networks that are to be fused, in order.

    Args:
        members: where they come from; those of the latest stage that made any where None.
        ctx: the pod around it.

    Raises:
        StageFailure: an earlier run is not there (StartNotFound), or has read other columns or
            vocabularies (SchemaMismatch).
    """
    wanted: tuple[Member | None, ...] = members or (None,)
    found = [each for member in wanted for each in _of(member, ctx)]
    networks, starts = zip(*found, strict=True)
    return Opened(networks, starts)


def _of(member: Member | None, ctx: Context) -> Iterator[tuple[Network, str]]:
    from hone_trainer.dataset.dataset import Dataset
    from hone_trainer.dataset.vocabularies import vocabularies
    from hone_trainer.models.network import Network
    from hone_trainer.train.earlier import Earlier

    if member is None or member.stage is not None:
        for source in ctx.sources("model", member.stage if member else None):
            manifest = ctx.manifest(source)
            yield Network.load(ctx.store, manifest), str(manifest.facts.get(START, ""))
        return
    found = Earlier.find(member.uri or "", ctx.store, FIELD)
    ours = Dataset.of(ctx)
    theirs, known = found.vocabularies(), vocabularies(ctx.store, ours.manifest)
    for network, manifest in zip(found.networks(), found.members, strict=True):
        if network.schema != ours.schema or theirs != known:
            message = f"{FIELD}.uri: {found.origin} was trained on other columns or vocabularies"
            remedy = "train it on the data set of this job, or start from it by train.startFrom"
            raise StageFailure("SchemaMismatch", f"{message}: {remedy}")
        yield network, str(manifest.facts.get(START, ""))
