"""Candidates made, exported and measured against the float model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from hone_trainer.compress.candidate_selection import Trial, measure_size
from hone_trainer.compress.technique import Technique
from hone_trainer.compress.tflite_export import convert
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.stage import Tell
from hone_trainer.metrics.paired_intervals import DIFFERENCES
from hone_trainer.metrics.scores import measure, unknown
from hone_trainer.models.litert import LiteModel, race
from hone_trainer.models.network import Network
from hone_trainer.rows.dataset import Dataset, Rows

CONVERSIONS = 2
"""Conversions at the same time, beside the training of the next candidate."""


@dataclass(frozen=True)
class Export:
    """A candidate on its way: its network, and the file that would ship."""

    name: str
    network: Network
    content: bytes = b""
    failure: StageFailure | None = None
    """Why there is no file."""


def export(
    candidates: Sequence[tuple[str, tuple[Technique, ...]]],
    network: Network,
    data: Dataset,
    tell: Tell,
) -> list[Export]:
    """Apply each candidate's techniques to the network and convert the outcome.

    A failure costs the one candidate only. Conversions run while the next candidate trains.

    Args:
        candidates: name and techniques, in their order; no techniques give the model as it is.
        network: what is compressed; it stays as it is.
        data: rows to train on.
        tell: called before each candidate and in its loops.
    """
    with ThreadPoolExecutor(CONVERSIONS) as pool:
        waiting: list[Callable[[], Export]] = []
        for k, (name, techniques) in enumerate(candidates):
            part = _part(tell, k, len(candidates))
            part(0.0, f"making {name}")
            try:
                made = _apply(techniques, network, data, part)
            except StageFailure as failure:
                waiting.append(partial(Export, name, network, failure=failure))
            else:
                future = pool.submit(convert, made, techniques)
                waiting.append(partial(_finish, name, made, future))
        tell(1.0, "waiting for conversions to end")
        return [finish() for finish in waiting]


def compare(exports: Sequence[Export], rows: Rows, metric: str, tell: Tell) -> list[Trial]:
    """Measure every export on the same rows, the first being the float model.

    Args:
        exports: the float model, then the candidates.
        rows: the validation part.
        metric: the figure whose drop is watched: accuracy or auc.
        tell: called before each.
    """
    labels, part = rows.labels[:, 0], "validation"
    models = {k: LiteModel(e.content) for k, e in enumerate(exports) if not e.failure}
    base = models[0].predict(rows.features)
    trials = []
    for k, one in enumerate(exports):
        tell(k / len(exports), f"measuring {one.name}")
        trial = Trial(one.name, str(one.failure or ""))
        if k in models:
            probabilities = models[k].predict(rows.features)
            gaps = unknown(labels, base, part) | unknown(labels, probabilities, part)
            change = DIFFERENCES[metric](labels, base, probabilities)
            trial = replace(
                trial,
                size=measure_size(one.content, one.network.nonzero),
                figures=measure(labels, probabilities),
                drop=0.0 - change.estimate if change else None,
                drop_interval=(0.0 - change.high, 0.0 - change.low) if change else None,
                unknown=gaps.get(metric, ""),
            )
        trials.append(trial)
    latencies = race(list(models.values()), rows.features)
    for k, latency in zip(models, latencies, strict=True):
        trials[k] = replace(trials[k], latency=(latency.p50, latency.p95))
    return trials


def _apply(techniques: Sequence[Technique], network: Network, data: Dataset, tell: Tell) -> Network:
    for k, technique in enumerate(techniques):
        network = technique.apply(network, data, _part(tell, k, len(techniques)))
    return network


def _finish(name: str, network: Network, content: Future[bytes]) -> Export:
    try:
        return Export(name, network, content.result())
    except StageFailure as failure:
        return Export(name, network, failure=failure)


def _part(tell: Tell, k: int, of: int) -> Tell:
    """Tell of one of several tasks as a share of them all."""
    return lambda fraction, message: tell((k + fraction) / of, message)
