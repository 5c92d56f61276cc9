"""Members trained on as one model, by the loop that trains every model."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hone_trainer.backend.unmade_variables import unmade
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.models import AnyModel
from hone_trainer.models.graph import open_graph
from hone_trainer.models.network import Network, Part
from hone_trainer.models.stacked import Stacked
from hone_trainer.tasks.learned import Calibration
from hone_trainer.train.beginning import Beginning
from hone_trainer.train.member import train
from hone_trainer.train.spec import Train

if TYPE_CHECKING:
    from hone_trainer.contract.assignment import Report
    from hone_trainer.dataset.dataset import Dataset
    from hone_trainer.fuse.tuning import Tuning
    from hone_trainer.pod.context import Context
    from hone_trainer.train.loop import Training

ANY = AnyModel.model_validate({"generic": {"linear": {}}})
"""Stands where the words of a training want a model that users may name."""


@dataclass(frozen=True)
class JointTraining:
    """One training of several members, with layers on top of them."""

    network: Network
    """The members as they were, and the share of each in the answer that it starts with."""
    layers: tuple[int, ...] = ()
    dropout: float = 0.0
    frozen_epochs: int = 0
    """In which the members stay as they are."""
    epochs: int = 0
    """After these, in which they do not."""
    rate_factor: float = 1.0

    def run(
        self,
        tuning: Tuning,
        ctx: Context,
        strategy: Any,
        finish: Callable[[Training], Report],
        held: Dataset | None = None,
    ) -> Report:
        """Train in one pod of the gang.

        Args:
            tuning: how.
            ctx: the pod around it.
            strategy: what ``enter`` gave.
            finish: makes the chief's report.
            held: whose rows are learned on; the stage's where nothing is said.
        """
        stage = stage_of(tuning, self.model, self.frozen_epochs + self.epochs)
        return train(stage, ctx, strategy, self.beginning, finish, held)

    @property
    def model(self) -> Stacked:
        """The architecture.

        Raises:
            StageFailure: a member was stacked itself (MemberUnfit).
        """
        if self._stacked is not None:
            return self._stacked
        members = [part.model for part in self.network.parts]
        if any(isinstance(each, Stacked) for each in members):
            message = "a member was trained on as one of several already, and cannot be a part"
            remedy = "name the stages that trained these, or fuse by vote or weightedAverage"
            raise StageFailure("MemberUnfit", f"fuse.members: {message}: {remedy}")
        scales = {
            target.name: tuple(
                1 / self._fitted(part, target.name).temperature for part in self.network.parts
            )
            for target in self.network.schema.targets
        }
        return Stacked(
            members=tuple(each for each in members if isinstance(each, AnyModel)),
            shares=self.network.shares,
            scales=scales,
            layers=self.layers,
            dropout=self.dropout,
        )

    @property
    def _stacked(self) -> Stacked | None:
        """The model where there is one alone, of several already, which is trained further."""
        model = self.network.parts[0].model
        alone = len(self.network.parts) == 1 and not self.layers
        return model if alone and isinstance(model, Stacked) else None

    @property
    def beginning(self) -> Beginning:
        """Where the weights start, and which of them stay as they are at first."""
        model, schema = self.model, self.network.schema
        with unmade():
            made = open_graph(model, schema).whole.weights
        names = [weight.name.partition(":")[0] for weight in made]
        if self._stacked is not None:
            given = dict(zip(names, self.network.parts[0].arrays, strict=True))
        else:
            given = dict(model.weights(self.network.parts, schema))
        members = tuple(model.prefixes)
        frozen = [k for k, name in enumerate(names) if name.startswith(members)]
        count = f"{len(members)} members" if len(members) > 1 else "one member"
        facts = {
            "told": f"started from the average of {count}",
            "digest": digest(self.network.parts),
            "frozen": frozen if self.frozen_epochs else [],
        }
        return Beginning(given, facts, self.frozen_epochs, self.rate_factor)

    def _fitted(self, part: Part, target: str) -> Calibration:
        alone = len(self.network.parts) == 1
        fitted = self.network.calibrations if alone else part.calibrations
        return fitted.get(target, Calibration())


def stage_of(tuning: Tuning, model: AnyModel | Stacked, epochs: int) -> Train:
    """Return the words of a training, of a model that users need not be able to name."""
    stage = Train(
        model=ANY,
        strategy=tuning.strategy,
        optimizer=tuning.optimizer,
        batch_size=tuning.batch_size,
        patience=tuning.patience,
        epochs=epochs,
    )
    return stage.model_copy(update={"model": model})


def digest(parts: Sequence[Part]) -> str:
    """Return the SHA-256 of all weights."""
    found = hashlib.sha256()
    for part in parts:
        for array in part.arrays:
            found.update(array.tobytes())
    return found.hexdigest()
