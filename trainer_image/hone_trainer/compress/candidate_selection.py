"""Which compressed candidate wins: the figures of each, and the choice. Pure.

Size means the packaged size, by gzip: zeros from pruning count there and nowhere else, and it is
what a registry stores and a phone downloads.
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from hone_trainer.metrics.scores import Figures


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
    figures: Figures | None = None
    """accuracy, auc, logLoss on the validation part; None where one cannot be known."""
    drop: float | None = 0.0
    """Fall of the watched figure against the float model, on the same rows."""
    drop_interval: tuple[float, float] | None = (0.0, 0.0)
    """95 % interval of the drop."""
    latency: tuple[float, float] = (0.0, 0.0)
    """Microseconds for one row, p50 and p95."""
    unknown: str = ""
    """Why the drop cannot be known; empty where it can."""

    def row(self) -> dict[str, Any]:
        """Give the JSON form."""
        return asdict(self)


def within(trial: Trial, max_drop: float) -> bool:
    """Say whether a candidate came through and kept the budget."""
    return not trial.failure and trial.drop is not None and trial.drop <= max_drop


def choose(trials: Sequence[Trial], max_drop: float, prefer: Literal["size", "latency"]) -> int:
    """Give the index of the candidate that wins, or -1 where none is within the budget.

    The other figure, then the earlier candidate, decides a draw.
    """
    ranked = [
        (*_cost(trial, prefer), index)
        for index, trial in enumerate(trials)
        if within(trial, max_drop)
    ]
    return min(ranked)[-1] if ranked else -1


def explain(trials: Sequence[Trial], chosen: int, metric: str, max_drop: float) -> str:
    """Say in a sentence what was chosen and why."""
    if chosen >= 0:
        won = trials[chosen]
        said = f"{won.name}: {metric} {0.0 - (won.drop or 0.0):+.4f} "
        if won.drop_interval is not None:
            low, high = won.drop_interval
            said += f"(95 % interval {0.0 - high:+.4f} to {0.0 - low:+.4f}), "
        return f"{said}within the budget of {max_drop:g}"
    if (same := {trial.unknown for trial in trials}) and len(same) == 1 and all(same):
        why = f"{metric} cannot be known: {same.pop()}"
        return f"no candidate can be held against the budget, so the float model is kept; {why}"
    reasons = (f"{trial.name}: {_why(trial, metric)}" for trial in trials)
    return (
        f"no candidate is within the budget of {max_drop:g}, so the float model is kept; "
        + "; ".join(reasons)
    )


def summarize(before: Trial, after: Trial) -> dict[str, float]:
    """Give the figures of a compression under the names that the status shows."""
    accuracies = {
        f"{name}Accuracy": (trial.figures or {}).get("accuracy")
        for name, trial in (("float", before), ("compressed", after))
    }
    return {
        "ratio": before.size.raw / after.size.raw,
        "packagedRatio": before.size.packaged / after.size.packaged,
        "floatBytes": before.size.raw,
        "compressedBytes": after.size.raw,
        "floatPackagedBytes": before.size.packaged,
        "compressedPackagedBytes": after.size.packaged,
        **{name: value for name, value in accuracies.items() if value is not None},
        "floatLatencyMicroseconds": before.latency[0],
        "compressedLatencyMicroseconds": after.latency[0],
        "compressedLatencyP95Microseconds": after.latency[1],
        "nonzeroParameters": after.size.nonzero,
    }


def measure_size(content: bytes, nonzero: int) -> Size:
    """Measure a file."""
    return Size(len(content), len(gzip.compress(content, 6, mtime=0)), nonzero)


def _why(trial: Trial, metric: str) -> str:
    if trial.failure:
        return trial.failure
    if trial.drop is None:
        return f"{metric} cannot be known: {trial.unknown}"
    return f"{metric} fell by {trial.drop:.4f}"


def _cost(trial: Trial, prefer: str) -> tuple[float, float]:
    size, latency = float(trial.size.packaged), trial.latency[0]
    return (size, latency) if prefer == "size" else (latency, size)
