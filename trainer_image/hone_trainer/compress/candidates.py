"""Candidates made and exported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial

from hone_trainer.compress.course import CONVERSIONS, Course
from hone_trainer.compress.technique import Technique
from hone_trainer.compress.tflite_export import convert
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.stage import Tell
from hone_trainer.dataset.dataset import Dataset
from hone_trainer.models.network import Network

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
    first: int = 0,
) -> list[Export]:
    """Apply each candidate's techniques to the network and convert the outcome.

    A failure costs the one candidate only. Conversions run while the next candidate trains.

    Args:
        candidates: name and techniques, in their order; no techniques give the model as it is.
        network: what is compressed; it stays as it is.
        data: rows to train on.
        course: told of all of it.
        first: the number of the first of them.
    """
    with ThreadPoolExecutor(CONVERSIONS) as pool:
        waiting: list[Callable[[], Export]] = []
        futures: list[Future[bytes]] = []
        for k, (name, techniques) in enumerate(candidates, first):
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
