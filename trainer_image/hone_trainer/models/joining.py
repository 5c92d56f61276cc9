"""Several networks as one, whose answer is the average of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.models.network import Network, Part

if TYPE_CHECKING:
    from hone_trainer.tasks.ballots import Voting


def join(
    networks: Sequence[Network], shares: Sequence[float], *, voting: Voting = "soft"
) -> Network:
    """Return one network of the parts of several; those of share 0 are left out.

    Args:
        networks: trained on the same columns.
        shares: of each in the answer.
        voting: see ``Network``.

    Raises:
        StageFailure: they were trained on different columns (SchemaMismatch), or one of them is of
            several that vote (MemberUnfit).
    """
    if any(network.schema != networks[0].schema for network in networks):
        message = "the members were trained on different data sets; train them on one"
        raise StageFailure("SchemaMismatch", message)
    kept = [network for network, share in zip(networks, shares, strict=True) if share > 0]
    if len(kept) > 1 and any(network.voting != "soft" for network in kept):
        message = "a member is several models that vote for classes, and cannot be averaged"
        raise StageFailure("MemberUnfit", f"{message}: name the stages that trained these")
    if len(kept) == 1:
        return kept[0]
    pairs = [
        (_settled(part, network), outer * inner)
        for network, outer in zip(networks, shares, strict=True)
        for part, inner in zip(network.parts, network.shares, strict=True)
        if outer > 0
    ]
    parts, counted = zip(*pairs, strict=True)
    return Network(networks[0].schema, parts, counted, voting=voting)


def _settled(part: Part, network: Network) -> Part:
    """Return a part with what was fitted to its network, if it is all of it."""
    alone = len(network.parts) == 1
    return replace(part, calibrations=network.calibrations) if alone else part
