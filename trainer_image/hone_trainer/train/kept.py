"""Which weights of a training go on: those of one epoch, or the mean of several."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hone_trainer.dataset.divergence import diverged
from hone_trainer.store import chunked_storage
from hone_trainer.store.chunked_array import Array, ChunkedArray, whole
from hone_trainer.train.validation import shown

if TYPE_CHECKING:
    from hone_trainer.train.loop import Training

_log = logging.getLogger("hone")


@dataclass(frozen=True)
class Kept:
    """Weights, as a model has them that was built alone, and what they are worth."""

    weights: tuple[Array | ChunkedArray, ...]
    figures: Mapping[str, float]
    """Of the validation part."""
    fitted: Mapping[str, Any]
    """Target -> calibration, in JSON values."""
    said: str
    facts: Mapping[str, Any]
    """About the choice, JSON values."""


def kept(training: Training) -> Kept:
    """Return what the stage keeps of a training that has ended; the chief alone has it.

    Raises:
        StageFailure: no epoch gave a finite loss (TrainingDiverged).
    """
    state, stage = training.state, training.stage
    if not state.best_epoch:
        which = "the last" if stage.keep == "last" else "any"
        message = f"the model of {which} epoch gives no finite validation loss"
        raise diverged(message, training.steps.feed.held, training.schema)
    best = Kept(
        tuple(
            chunked if chunked_storage.is_large(chunked) else whole(chunked)
            for chunked in training.checkpoints.weights()
        ),
        state.history[state.best_epoch - 1],
        state.fitted[state.best_epoch - 1],
        f"epoch {state.best_epoch} of {state.epochs} kept",
        {"keptEpoch": state.best_epoch},
    )
    return _better(training, best) if state.averaged > 1 else best


def _better(training: Training, best: Kept) -> Kept:
    """Return the mean of the weights where it is no worse on the validation part."""
    state, validation = training.state, training.validation
    mean = tuple(whole(chunked) for chunked in training.checkpoints.mean)
    training.variables.start(dict(zip(training.variables.names, mean, strict=True)))
    measured = validation.measure()
    cost = validation.cost(measured)
    first = state.epochs - state.averaged + 1
    which = f"the mean of the weights after epochs {first} to {state.epochs}"
    facts = {"epochs": [first, state.epochs], "figures": shown(measured)}
    better = cost <= state.costs[state.best_epoch - 1]
    _log.info("%s: %s", which, validation.headline(measured))
    if not better:
        said = f"{best.said}, {which} is worse ({validation.headline(measured)})"
        return Kept(
            best.weights, best.figures, best.fitted, said, {**best.facts, "weightAverage": facts}
        )
    own = {"keptEpoch": None, "weightAverage": facts}
    return Kept(mean, measured, validation.fitted, f"{which} kept", own)
