"""Candidates made, exported and measured against the float model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial

from hone_trainer.compress.candidate_selection import Trial, measure_size
from hone_trainer.compress.course import CONVERSIONS, Course
from hone_trainer.compress.technique import Technique
from hone_trainer.compress.tflite_export import convert
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.stage import Tell
from hone_trainer.dataset.dataset import Dataset, Rows
from hone_trainer.dataset.schema import Schema
from hone_trainer.metrics.metric import Metric
from hone_trainer.metrics.scored import NotFinite, Scored
from hone_trainer.models.answers import by_target
from hone_trainer.models.litert import LiteModel, race
from hone_trainer.models.network import Network
from hone_trainer.tasks.scoring import figures, score
from hone_trainer.tasks.task import Task

LOOK_S = 1.0
"""Seconds between two words about conversions that are waited for."""


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
    course: Course,
) -> list[Export]:
    """Apply each candidate's techniques to the network and convert the outcome.

    A failure costs the one candidate only. Conversions run while the next candidate trains.

    Args:
        candidates: name and techniques, in their order; no techniques give the model as it is.
        network: what is compressed; it stays as it is.
        data: rows to train on.
        course: told of all of it.
    """
    with ThreadPoolExecutor(CONVERSIONS) as pool:
        waiting: list[Callable[[], Export]] = []
        futures: list[Future[bytes]] = []
        for k, (name, techniques) in enumerate(candidates):
            try:
                with course.making(k) as tell:
                    made = _apply(techniques, network, data, tell)
            except StageFailure as failure:
                course.fell_out()
                waiting.append(partial(Export, name, network, failure=failure))
            else:
                future = pool.submit(_converted, made, techniques, course)
                futures.append(future)
                waiting.append(partial(_finish, name, made, future))
        pending = [future for future in futures if not future.done()]
        while pending:
            course.waiting()
            pending = list(wait(pending, timeout=LOOK_S).not_done)
        return [finish() for finish in waiting]


def compare(
    exports: Sequence[Export], schema: Schema, rows: Rows, metric: Metric, course: Course
) -> list[Trial]:
    """Measure every export on the same rows, the first being the float model.

    Args:
        exports: the float model, then the candidates.
        schema: whose leading target is judged.
        rows: the validation part.
        metric: the figure that is watched.
        course: told of each.
    """
    target = schema.targets[0]
    task, targets = target.how, rows.targets[target.name]
    models = {k: LiteModel(e.content) for k, e in enumerate(exports) if not e.failure}
    calibration = exports[0].network.calibration(target.name)

    def scored(model: LiteModel) -> Scored:
        blocks = (by_target(schema, block)[target.name] for block in model.answer(rows.features))
        return score(task, targets, blocks, calibration)

    with course.measuring(0):
        base = scored(models[0])
    trials = []
    for k, one in enumerate(exports):
        trial = Trial(one.name, str(one.failure or ""))
        if k in models:
            trial = replace(trial, size=measure_size(one.content, one.network.nonzero))
            try:
                with course.measuring(k) if k else nullcontext():
                    trial = _judged(trial, task, base, scored(models[k]) if k else base, metric)
            except NotFinite as odd:
                trial = replace(trial, failure=f"its answers are no numbers: {odd}")
        trials.append(trial)
    latencies = race(list(models.values()), rows.features)
    for k, latency in zip(models, latencies, strict=True):
        trials[k] = replace(trials[k], latency=(latency.p50, latency.p95))
    return trials


def _judged(trial: Trial, task: Task, before: Scored, after: Scored, metric: Metric) -> Trial:
    change = metric.difference(before, after)
    every = figures(task, after) | {metric.name: metric.estimate(after)}
    defined = {name: each.value for name, each in every.items()}
    return replace(
        trial,
        figures={name: value for name, value in defined.items() if value is not None},
        change=change,
        harm=None if change.value is None else metric.harm(0.0, change.value),
    )


def _apply(techniques: Sequence[Technique], network: Network, data: Dataset, tell: Tell) -> Network:
    for k, technique in enumerate(techniques):
        network = technique.apply(network, data, _part(tell, k, len(techniques)))
    return network


def _converted(network: Network, techniques: tuple[Technique, ...], course: Course) -> bytes:
    with course.converting():
        return convert(network, techniques)


def _finish(name: str, network: Network, content: Future[bytes]) -> Export:
    try:
        return Export(name, network, content.result())
    except StageFailure as failure:
        return Export(name, network, failure=failure)


def _part(tell: Tell, k: int, of: int) -> Tell:
    """Tell of one of several tasks as a share of them all."""
    return lambda fraction, message: tell((k + fraction) / of, message)
