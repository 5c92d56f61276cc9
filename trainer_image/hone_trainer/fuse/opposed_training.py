"""A student trained against a judge, by the loop that trains every model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hone_trainer.backend.unmade_variables import unmade
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.fuse.joint_training import digest, stage_of
from hone_trainer.models.graph import open_graph
from hone_trainer.models.network import Network, Part
from hone_trainer.train.adversarial_objective import AdversarialObjective
from hone_trainer.train.adversarial_terms import Student, Terms
from hone_trainer.train.beginning import Beginning
from hone_trainer.train.member import train

if TYPE_CHECKING:
    from hone_trainer.contract.assignment import Report
    from hone_trainer.fuse.averaging import Average
    from hone_trainer.fuse.fusions.adversarial import Adversarial
    from hone_trainer.fuse.tuning import Tuning
    from hone_trainer.pod.context import Context
    from hone_trainer.train.loop import Training


@dataclass(frozen=True)
class OpposedTraining:
    """One training of two students, one of them against a judge."""

    how: Adversarial
    network: Network
    """The members, and the share of each in the average that is learned from."""
    student: Part
    """What the students are; and start as, where it has weights."""

    @classmethod
    def of(cls, how: Adversarial, average: Average) -> OpposedTraining:
        """Choose the student.

        Raises:
            StageFailure: there is no such member, or it is several models (MemberUnfit).
        """
        chosen = average.best.alone if how.student is None else how.student
        if chosen is None or chosen >= len(average.members):
            message = f"fuse.adversarial.student: there are {len(average.members)} members"
            remedy = f"choose one from 0 to {len(average.members) - 1}"
            raise StageFailure("MemberUnfit", f"{message}: {remedy}")
        parts = average.members[chosen].parts
        if len(parts) > 1:
            message = f"fuse.adversarial.student: member {chosen} is {len(parts)} models itself"
            raise StageFailure("MemberUnfit", f"{message}: choose one that is a single model")
        student = Part(parts[0].model) if how.fresh else parts[0]
        return cls(how, average.start, student)

    def run(
        self, tuning: Tuning, ctx: Context, strategy: Any, finish: Callable[[Training], Report]
    ) -> Report:
        """Train in one pod of the gang, by the strategy that ``enter`` gave.

        ``finish`` makes the chief's report.
        """
        stage = stage_of(tuning, self.student.model, self.how.warm_up + self.how.epochs)
        return train(stage, ctx, strategy, self.beginning(ctx), finish)

    def beginning(self, ctx: Context) -> Beginning:
        """Where the students start; at first the judge alone is trained."""
        with unmade():
            made = open_graph(self.student.model, self.network.schema).whole
        names = [weight.name.partition(":")[0] for weight in made.weights]
        students = len(names) + len(made.trainable_variables)
        how, several = self.how, f"{len(self.network.parts)} models"
        terms = Terms(how.weight, how.distillation, how.judge, how.each)
        facts = {
            "told": "started by chance" if how.fresh else f"started as one of {several}",
            "digest": digest((*self.network.parts, self.student)),
            "frozen": list(range(students)) if how.warm_up else [],
        }
        given = dict(zip(names, self.student.arrays, strict=True)) if self.student.weights else {}
        if how.fresh:
            given |= self.student.model.model.start(self.network.schema, ctx.store)
        return Beginning(
            given,
            facts,
            how.warm_up,
            objective=lambda graph, _: AdversarialObjective.over(
                graph, Student(self.student.model, given), self.network, terms
            ),
        )
