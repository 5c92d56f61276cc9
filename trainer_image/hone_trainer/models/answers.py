"""Answers of a model to many rows, a bounded number at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from hone_trainer.dataset.schema import Schema, Target
    from hone_trainer.models.network import Network

Answers = dict[str, dict[str, NDArray[Any]]]
"""Target -> name of the answer -> array (rows, …)."""
ROWS = 8192
"""Rows that are answered at a time."""
NOT_FINITE = "the model answers with something that is no number: evaluate it on such rows"
"""Why a row has no answer whose numbers drown the model's own."""


def output_name(schema: Schema, target: Target, name: str) -> str:
    """Return what an answer is called outside: plain where there is one target."""
    return name if len(schema.targets) == 1 else f"{target.name}_{name}"


def by_target(schema: Schema, outputs: dict[str, NDArray[Any]]) -> Answers:
    """Sort outputs by their targets."""
    return {
        target.name: {
            name: outputs[output_name(schema, target, name)] for name in target.how.answers
        }
        for target in schema.targets
    }


def finite(outputs: Iterable[NDArray[Any]]) -> NDArray[np.bool_]:
    """Say for each row (rows,) whether all that is answered to it are numbers."""
    sound = [np.isfinite(values).reshape(len(values), -1).all(axis=1) for values in outputs]
    found: NDArray[np.bool_] = np.logical_and.reduce(sound)
    return found


def beside(
    network: Network, features: Mapping[str, NDArray[Any]]
) -> Iterator[tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]]:
    """Yield some rows of the features, and what a network answers to them, output -> array."""
    start = 0
    for answers in network.answer(dict(features)):
        told = {
            output_name(network.schema, target, name): values
            for target in network.schema.targets
            for name, values in answers[target.name].items()
        }
        stop = start + len(next(iter(told.values())))
        yield {name: values[start:stop] for name, values in features.items()}, told
        start = stop


def answering(
    model: Any, schema: Schema, features: dict[str, NDArray[Any]], batch: int = ROWS
) -> Iterator[Answers]:
    """Yield what a Keras model with named outputs answers.

    Args:
        model: inputs by column name.
        schema: whose targets it answers.
        features: column name -> (rows, …).
        batch: rows at a time.
    """
    from hone_trainer.backend.keras import tf

    # A partial: TensorFlow takes functions of the same code for one that is traced ever anew.
    call = partial(model, training=False)
    compiled = tf.function(call, reduce_retracing=True, autograph=False)
    rows = len(next(iter(features.values())))
    for start in range(0, rows, batch):
        given = {n: tf.constant(v[start : start + batch]) for n, v in features.items()}
        yield by_target(schema, {n: np.asarray(v) for n, v in compiled(given).items()})
