"""Candidates made, exported and measured against the float model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hone_trainer.compression import Trial, measure_size
from hone_trainer.conversion import convert
from hone_trainer.dataset import Dataset, Rows
from hone_trainer.litert import LiteModel, race
from hone_trainer.metrics import measure
from hone_trainer.network import Network
from hone_trainer.paired import DIFFERENCES
from hone_trainer.stage import Technique, Tell
from hone_trainer.task import StageFailure


@dataclass(frozen=True)
class Export:
    """A candidate on its way: its network, and the file that would ship."""

    name: str
    network: Network
    content: bytes = b""
    failure: str = ""
    """Why there is no file; empty where there is one."""


def export(
    name: str, network: Network, techniques: tuple[Technique, ...], data: Dataset, tell: Tell
) -> Export:
    """Apply the techniques in their order and convert; a failure costs this candidate only."""
    try:
        for k, technique in enumerate(techniques):
            network = technique.apply(network, data, _part(tell, k, len(techniques)))
        return Export(name, network, convert(network, techniques))
    except StageFailure as failure:
        return Export(name, network, failure=f"{failure.reason}: {failure.message}")


def compare(exports: Sequence[Export], rows: Rows, metric: str, tell: Tell) -> list[Trial]:
    """Measure every export on the same rows, the first being the float model.

    Args:
        exports: the float model, then the candidates.
        rows: the validation part.
        metric: the figure whose drop is watched: accuracy or auc.
        tell: called before each.
    """
    labels = rows.labels[:, 0]
    models = {k: LiteModel(e.content) for k, e in enumerate(exports) if not e.failure}
    base = models[0].predict(rows.features)
    trials = []
    for k, one in enumerate(exports):
        tell(k / len(exports), f"measuring {one.name}")
        trial = Trial(one.name, one.failure)
        if k in models:
            probabilities = models[k].predict(rows.features)
            change = DIFFERENCES[metric](labels, base, probabilities)
            trial = replace(
                trial,
                size=measure_size(one.content, one.network.nonzero),
                figures=measure(labels, probabilities),
                drop=-change.estimate,
                drop_interval=(-change.high, -change.low),
            )
        trials.append(trial)
    latencies = race(list(models.values()), rows.features)
    for k, latency in zip(models, latencies, strict=True):
        trials[k] = replace(trials[k], latency=(latency.p50, latency.p95))
    return trials


def _part(tell: Tell, k: int, of: int) -> Tell:
    """Tell of one of several tasks as a share of them all."""
    return lambda fraction, message: tell((k + fraction) / of, message)
