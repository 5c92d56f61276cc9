"""What a search for a smaller model tries next. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from hone_trainer.contract.spec import Spec

if TYPE_CHECKING:
    from hone_trainer.compress.candidate_selection import Limit, Trial

WORTH = 0.05
"""Share of a model's weights from which on it pays to make them smaller by training."""
CLUSTERS, MORE_CLUSTERS = 16, 64
"""Values of a kernel: as many as four bits have, and as many as most kernels hardly miss."""
HALF, LESS = 0.5, 0.3
"""Sparsities that are tried alone."""
MOST, BESIDE = 0.8, (0.9, 0.65)
"""The one that is tried next, together with clusters, and those that follow where it was kept, and
where it was not."""


class CandidateSearch(Spec):
    """Try what there is, what costs least first: types of weights, then techniques that train, on
    top of the smallest types that kept the budget, and then these together. What loses too much is
    tried once more, milder; what cannot pay for this model is left out.
    """

    smaller: Annotated[float, Field(gt=1, le=1000)] | None = None
    """Stop where a candidate within the budget is so many times smaller than the float model,
    packaged."""
    faster: Annotated[float, Field(gt=1, le=1000)] | None = None
    """Stop where a candidate within the budget answers so many times faster than the float model;
    with ``smaller``, where it is both."""
    epochs: Annotated[int, Field(ge=1, le=1000)] = 4
    """Epochs of training of each technique that trains."""

    def met(self, trial: Trial, base: Trial) -> bool:
        """Say whether a candidate is as small and as fast as was asked for."""
        if self.smaller is None and self.faster is None:
            return False
        size, latency = base.size.packaged, base.latency[0]
        small = self.smaller is None or size >= self.smaller * trial.size.packaged
        return small and (self.faster is None or latency >= self.faster * trial.latency[0])


@dataclass(frozen=True)
class Plan:
    """A candidate of a search."""

    mode: Literal["int8", "float16"] = "int8"
    tables: Literal["int8", "int4"] | None = None
    """Type of embedding tables; that of the mode where nothing is said."""
    sparsity: float = 0.0
    """Share of the weights of kernels that are set to zero; 0 for none."""
    clusters: int = 0
    """Values of each kernel; 0 for any number."""

    @property
    def trains(self) -> bool:
        """Whether it costs training."""
        return bool(self.sparsity or self.clusters)

    def techniques(self, epochs: int) -> list[dict[str, Any]]:
        """Return its techniques as a job would list them."""
        found: list[dict[str, Any]] = []
        if self.sparsity:
            found.append({"prune": {"sparsity": self.sparsity, "epochs": epochs}})
        if self.clusters:
            found.append({"cluster": {"clusters": self.clusters, "epochs": epochs}})
        tables = {"tables": self.tables} if self.tables else {}
        return [*found, {"quantize": {"mode": self.mode, **tables}}]


@dataclass(frozen=True)
class Shares:
    """Where the weights of a model are."""

    tables: float
    """Share in embedding tables."""
    kernels: float
    """Share in what techniques that train change."""


def following(
    tried: Mapping[Plan, Trial],
    base: Trial,
    limit: Limit,
    shares: Shares,
    search: CandidateSearch,
    prefer: Literal["size", "latency"],
) -> list[Plan]:
    """Return the candidates that are tried next, none that was; none where the search is over.

    Args:
        tried: so far.
        base: the float model.
        limit: what may be lost.
        shares: where the weights are.
        search: what is looked for.
        prefer: what makes a candidate within the budget the best one.
    """
    kept = [plan for plan, trial in tried.items() if limit.keeps(trial)]
    if any(search.met(tried[plan], base) for plan in kept):
        return []
    for stage in (_types(kept, tried, shares), _trained(kept, tried, shares, search, prefer)):
        if more := [plan for plan in stage if plan not in tried]:
            return more
    return []


def _types(kept: list[Plan], tried: Mapping[Plan, Trial], shares: Shares) -> list[Plan]:
    """Return types of weights to try: whole bytes first, and half floats where these lose much."""
    whole = [Plan()]
    if shares.tables >= WORTH:
        whole.append(Plan(tables="int4"))
    if not all(plan in tried for plan in whole) or any(not plan.trains for plan in kept):
        return whole
    half = [Plan("float16")]
    if shares.tables >= WORTH:
        half.append(Plan("float16", tables="int8"))
    return half


def _trained(
    kept: list[Plan],
    tried: Mapping[Plan, Trial],
    shares: Shares,
    search: CandidateSearch,
    prefer: Literal["size", "latency"],
) -> list[Plan]:
    """Return what training makes of the smallest types that were kept.

    Zeros and values that repeat make a file smaller, and no runtime faster.
    """
    types = [plan for plan in kept if not plan.trains]
    fast = prefer == "latency" and search.smaller is None
    if not types or fast or shares.kernels < WORTH:
        return []
    base = min(types, key=lambda plan: tried[plan].size.packaged)
    alone = [replace(base, clusters=CLUSTERS), replace(base, sparsity=HALF)]
    if not all(plan in tried for plan in alone):
        return alone
    milder = [replace(base, clusters=MORE_CLUSTERS), replace(base, sparsity=LESS)]
    again = [weak for plan, weak in zip(alone, milder, strict=True) if plan not in kept]
    if not all(plan in tried for plan in again):
        return again
    clusters = min(
        (plan.clusters for plan in (*alone, *milder) if plan in kept and plan.clusters), default=0
    )
    sparsity = max((plan.sparsity for plan in (*alone, *milder) if plan in kept), default=0.0)
    return _together(replace(base, clusters=clusters), sparsity, kept, tried)


def _together(
    base: Plan, sparsity: float, kept: list[Plan], tried: Mapping[Plan, Trial]
) -> list[Plan]:
    """Return the next of those that have zeros besides: far more than alone, then what they say."""
    if sparsity < HALF:
        return [replace(base, sparsity=sparsity)] if sparsity and base.clusters else []
    many, more, fewer, half = (replace(base, sparsity=each) for each in (MOST, *BESIDE, HALF))
    if many not in tried:
        return [many]
    if many in kept:
        return [more]
    return [half] if fewer in tried and fewer not in kept else [fewer]
