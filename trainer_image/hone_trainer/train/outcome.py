"""What a training ends with: the network that is kept, and how it went."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hone_trainer.models.network import Network, Part, calibrations
from hone_trainer.train.facts import COUNTED, begun, facts_of
from hone_trainer.train.kept import kept
from hone_trainer.train.row_log import audit, complete
from hone_trainer.train.tensorboard import curves
from hone_trainer.train.validation import shown

if TYPE_CHECKING:
    from hone_trainer.contract.assignment import Report
    from hone_trainer.pod.context import Context
    from hone_trainer.train.loop import Training

EVENTS = "tensorboard/events.out.tfevents"
_log = logging.getLogger("hone")


@dataclass(frozen=True)
class Outcome:
    """What a stage commits of a training."""

    network: Network
    facts: Mapping[str, Any]
    metrics: Mapping[str, float]
    message: str
    curves: bytes
    """For TensorBoard."""

    @classmethod
    def of(cls, training: Training) -> Outcome:
        """Take it from a training that has ended; the chief alone has it.

        Raises:
            StageFailure: no epoch gave a finite loss (TrainingDiverged).
        """
        state, stage, ctx = training.state, training.stage, training.ctx
        chosen = kept(training)
        facts = facts_of(stage, state, training.validation, training.throughput)
        facts |= chosen.facts
        if stage.row_log:
            folder = training.row_log.folder
            facts["rows"] = audited = audit(ctx.store, folder, training.steps.feed.rows)
            if not complete(audited):
                _log.error("not every row was seen once an epoch: %s", audited)
        seconds = sum(epoch["seconds"] for epoch in state.history)
        part = Part(stage.model, chosen.weights)
        return cls(
            Network(training.schema, (part,), calibrations=calibrations(chosen.fitted)),
            facts,
            shown(chosen.figures)
            | {"epoch": chosen.facts["keptEpoch"] or state.epochs, "seconds": seconds},
            f"{chosen.said}: {training.validation.headline(chosen.figures)}{begun(state)}",
            curves(state, ctx.work),
        )

    def commit(self, ctx: Context) -> Report:
        """Write the network and say how it went."""
        drawn = ctx.write(EVENTS, self.curves, "tfevents")
        files = (*self.network.save(ctx), drawn)
        return ctx.commit(
            files,
            self.facts,
            metrics=self.metrics,
            message=self.message,
            show=tuple(file.name for file in files if "/" not in file.name or file is drawn),
            aside=(EVENTS, *(name for name in self.facts if name not in COUNTED)),
        )
