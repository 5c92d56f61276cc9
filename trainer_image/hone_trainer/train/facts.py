"""What a training leaves on record beside its weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hone_trainer.train.spec import Train
    from hone_trainer.train.throughput import Throughput
    from hone_trainer.train.train_state import TrainState
    from hone_trainer.train.validation import Validation

COUNTED = frozenset({"startDigest"})
"""Facts on which later stages may rest: all others are clocks, or tell where things lay."""


def facts_of(
    stage: Train, state: TrainState, validation: Validation, throughput: Throughput
) -> dict[str, Any]:
    """Return the facts, JSON values; networks of one ``startDigest`` began with the same weights,
    but for what was new.
    """
    facts = {
        "history": state.history,
        "headline": validation.leading,
        "headlineTitle": validation.title,
        "learningRate": stage.optimizer.value.rate(stage.batch),
        "rollbacks": state.rollbacks,
        "windowRows": state.window or None,
        "workers": throughput.workers(),
    }
    if state.start:
        facts |= {"start": state.start, "startDigest": state.start["digest"]}
    return facts


def begun(state: TrainState) -> str:
    """Say what it started from, behind what became of it; empty where that was chance."""
    return f"; {state.start['told']}" if state.start else ""
