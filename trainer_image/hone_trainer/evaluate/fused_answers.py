"""Every model of a job that fuses, answering the test part."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from hone_trainer.dataset.scoring import score_all
from hone_trainer.evaluate.fused_models import BATCH, FusedModel, FusedModels
from hone_trainer.fuse.averaging import CLOCK
from hone_trainer.models.answers import ROWS, answering
from hone_trainer.models.network import NUMBERS, Network

if TYPE_CHECKING:
    from hone_trainer.contract.assignment import Source
    from hone_trainer.dataset.dataset import Rows
    from hone_trainer.metrics.metric import Metric
    from hone_trainer.metrics.scored import Scored
    from hone_trainer.models.answers import Answers
    from hone_trainer.pod.context import Context
    from hone_trainer.store.manifest import Manifest

FUSE, TRAINS = "fuse", ("train", "fuse")
WARM, TIMED = 3, 30
"""Answers before the clock runs, and while it does."""
SHOWN = 3
"""Figures of each model that are told."""


def fused_models(
    ctx: Context, rows: Rows, count: Callable[[Iterator[Answers]], Iterator[Answers]]
) -> FusedModels | None:
    """Answer the test part with each; None where nothing was fused.

    Args:
        ctx: the pod around it.
        rows: the test part.
        count: told of the answers as they come.
    """
    sources = lineage(ctx)
    if not sources:
        return None
    made, influences = [], []
    metrics: tuple[Metric, ...] = ()
    for source in sources:
        manifest = ctx.manifest(source)
        network = Network.load(ctx.store, manifest)
        target = network.schema.targets[0]
        metrics = metrics or tuple(target.how.metrics())[:SHOWN]
        answers, clock = _opened(network, rows)
        scored = score_all(network.schema, rows, count(answers), network.calibrations)
        mine = scored[target.name]
        figures = {metric.name: metric.estimate(mine) for metric in metrics}
        influences.append(_influence(metrics[0], mine))
        made.append(
            FusedModel(
                name=_called(source, sources),
                how=_how(manifest),
                figures=figures,
                models=len(network.parts),
                size_bytes=_bytes(network),
                seconds=_seconds(manifest),
                peak_bytes=manifest.peak_bytes,
                row_us=clock(1),
                batch_us=clock(BATCH),
            )
        )
    titles = {metric.name: metric.heading for metric in metrics}
    return FusedModels(metrics[0].heading, titles, tuple(made), _alike(influences))


def lineage(ctx: Context) -> list[Source]:
    """Return what made each of the models, where one was fused; the fused ones come after."""
    found = [source for source in ctx.task.sources if source.kind in TRAINS]
    return found if any(source.kind == FUSE for source in found) else []


def _opened(
    network: Network, rows: Rows
) -> tuple[Iterator[Answers], Callable[[int], float | None]]:
    """Return its answers to all rows, and how long it takes for so many, microseconds a row."""
    if network.chunked:
        return network.answer(rows.features), lambda _: None
    model = network.build()
    features = {name: rows.features[name] for name in network.inputs}
    widest = max(target.outputs for target in network.schema.targets)
    batch = max(1, min(ROWS, NUMBERS // widest))
    return answering(model, network.schema, features, batch), lambda n: _clock(model, features, n)


def _clock(model: Any, features: dict[str, Any], count: int) -> float | None:
    """Return the median time of an answer to so many rows, microseconds a row."""
    from hone_trainer.backend.keras import tf

    if len(next(iter(features.values()))) < count:
        return None
    compiled = tf.function(partial(model, training=False), autograph=False)
    given = {name: tf.constant(values[:count]) for name, values in features.items()}
    lasted = []
    for _ in range(WARM + TIMED):
        began = time.perf_counter()
        for answer in compiled(given).values():
            answer.numpy()
        lasted.append(time.perf_counter() - began)
    return statistics.median(lasted[WARM:]) * 1e6 / count


def _bytes(network: Network) -> int:
    every = (array for part in network.parts for array in part.weights)
    return sum(math.prod(array.shape) * array.dtype.itemsize for array in every)


def _influence(metric: Metric, scored: Scored) -> Any:
    return None if metric.undefined(scored) else metric.influence(scored)


def _alike(influences: list[Any]) -> tuple[tuple[float | None, ...], ...]:
    return tuple(tuple(_correlation(one, other) for other in influences) for one in influences)


def _correlation(one: Any, other: Any) -> float | None:
    if one is None or other is None or not (one.std() and other.std()):
        return None
    return float(np.corrcoef(one, other)[0, 1])


def _called(source: Source, sources: list[Source]) -> str:
    alone = sum(each.stage == source.stage for each in sources) == 1
    return source.stage if alone else f"{source.stage} member {source.member}"


def _how(manifest: Manifest) -> str:
    """Name what made it, of the stage as it was asked for."""
    from hone_trainer.fuse.fusions import AnyFusion

    words = dict(manifest.run.get(FUSE) or {})
    told = [kind for kind in AnyFusion.kinds if words.get(kind) is not None]
    told += ["fine-tuned"] if words.get("fineTune") else []
    return ", ".join((manifest.kind, *told))


def _seconds(manifest: Manifest) -> float | None:
    history = manifest.facts.get("history") or ()
    trained = [epoch["seconds"] for epoch in history if "seconds" in epoch]
    fitted = manifest.facts.get(CLOCK)
    return sum(trained) + (fitted or 0.0) if trained or fitted is not None else None
