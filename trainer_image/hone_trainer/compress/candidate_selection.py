"""Which compressed candidate wins: the figures of each, and the choice. Pure.

Size means the packaged size, by gzip: zeros from pruning count there and nowhere else, and it is
what a registry stores and a phone downloads.
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from hone_trainer.contract.figures import decimal, signed

if TYPE_CHECKING:
    from hone_trainer.metrics.metric import Estimate, Metric


@dataclass(frozen=True)
class Size:
    """Bytes of the file, bytes when packaged by gzip, and parameters that are not zero."""

    raw: int
    packaged: int
    nonzero: int


@dataclass(frozen=True)
class Trial:
    """What became of one candidate, or of the float model itself."""

    name: str
    """The techniques, for people: ``prune(sparsity=0.8) + quantize(mode=int8)``."""
    failure: str = ""
    """Why there are no figures; empty where there are."""
    size: Size = Size(0, 0, 0)
    figures: dict[str, float] | None = None
    """Those that are defined, of the leading target on the validation part; the watched one too."""
    change: Estimate | None = None
    """How the watched figure changed against the float model, on the same rows."""
    harm: float | None = None
    """By how much that is worse; negative where it is better, None where nobody can tell."""
    latency: tuple[float, float] = (0.0, 0.0)
    """Microseconds for one row, p50 and p95."""

    def row(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)


@dataclass(frozen=True)
class Limit:
    """What may be lost."""

    metric: Metric
    """The watched figure."""
    most: float
    """The largest harm, in the figure's own unit."""

    def keeps(self, trial: Trial) -> bool:
        """Say whether a candidate came through and kept the limit."""
        return not trial.failure and trial.harm is not None and trial.harm <= self.most


def choose(trials: Sequence[Trial], limit: Limit, prefer: Literal["size", "latency"]) -> int:
    """Return the index of the candidate that wins, or -1 where none is within the budget.

    The other figure, then the earlier candidate, decides a draw.
    """
    ranked = [
        (*_cost(trial, prefer), index) for index, trial in enumerate(trials) if limit.keeps(trial)
    ]
    return min(ranked)[-1] if ranked else -1


def explain(trials: Sequence[Trial], chosen: int, limit: Limit) -> str:
    """Say in a sentence what was chosen and why."""
    title = limit.metric.heading
    if chosen >= 0:
        won = trials[chosen]
        return f"{won.name}: {title} {_changed(won.change)}, within the budget of {limit.most:g}"
    undefined = {_lost(trial, title) for trial in trials if trial.harm is None}
    if len(undefined) == 1 and all(trial.harm is None and not trial.failure for trial in trials):
        why = undefined.pop()
        return f"no candidate can be held against the budget, so the float model is kept; {why}"
    reasons = [f"{trial.name}: {trial.failure or _lost(trial, title)}" for trial in trials]
    return (
        f"no candidate is within the budget of {limit.most:g}, so the float model is kept; "
        + "; ".join(reasons)
    )


def _changed(change: Estimate | None) -> str:
    if change is None or change.value is None:
        return "not defined"
    if change.low is None or change.high is None:
        return signed(change.value)
    return f"{signed(change.value)} (95 % interval {signed(change.low)} to {signed(change.high)})"


def _lost(trial: Trial, title: str) -> str:
    if trial.harm is None:
        return f"{title} is not defined: {trial.change.reason if trial.change else ''}"
    return f"{title} got worse by {decimal(trial.harm)}"


def summarize(before: Trial, after: Trial, metric: Metric) -> dict[str, float]:
    """Return the figures of a compression under the names that the status shows.

    Args:
        before: the float model.
        after: what was chosen.
        metric: the watched figure.
    """
    pair = {"float": (before.figures or {}), "compressed": (after.figures or {})}
    name = f"{metric.name[0].upper()}{metric.name[1:]}"
    quality = {f"{w}{name}": f[metric.name] for w, f in pair.items() if metric.name in f}
    return {
        "ratio": before.size.raw / after.size.raw,
        "packagedRatio": before.size.packaged / after.size.packaged,
        **quality,
        "floatBytes": before.size.raw,
        "compressedBytes": after.size.raw,
        "floatPackagedBytes": before.size.packaged,
        "compressedPackagedBytes": after.size.packaged,
        "floatLatencyMicroseconds": before.latency[0],
        "compressedLatencyMicroseconds": after.latency[0],
        "compressedLatencyP95Microseconds": after.latency[1],
        "nonzeroParameters": after.size.nonzero,
    }


def measure_size(content: bytes, nonzero: int) -> Size:
    """Measure a file."""
    return Size(len(content), len(gzip.compress(content, 6, mtime=0)), nonzero)


def _cost(trial: Trial, prefer: str) -> tuple[float, float]:
    size, latency = float(trial.size.packaged), trial.latency[0]
    return (size, latency) if prefer == "size" else (latency, size)
