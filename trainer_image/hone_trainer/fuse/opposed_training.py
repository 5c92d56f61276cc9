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
from hone_trainer.train.adversarial_objective import AdversarialObjective, Terms
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
    """What the students are, and start as."""

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
        return cls(how, average.start, parts[0])

    def run(
        self, tuning: Tuning, ctx: Context, strategy: Any, finish: Callable[[Training], Report]
    ) -> Report:
        """Train in one pod of the gang, by the strategy that ``enter`` gave.

        ``finish`` makes the chief's report.
        """
        stage = stage_of(tuning, self.student.model, self.how.warm_up + self.how.epochs)
        return train(stage, ctx, strategy, self.beginning, finish)

    @property
    def beginning(self) -> Beginning:
        """Where the students start; at first the judge alone is trained."""
        with unmade():
            made = open_graph(self.student.model, self.network.schema).whole
        names = [weight.name.partition(":")[0] for weight in made.weights]
        students = len(names) + len(made.trainable_variables)
        how = self.how
        terms = Terms(how.weight, how.distillation, how.judge, how.each)
        facts = {
            "told": f"started as the best of {len(self.network.parts)} models",
            "digest": digest((*self.network.parts, self.student)),
            "frozen": list(range(students)) if how.warm_up else [],
        }
        return Beginning(
            dict(zip(names, self.student.arrays, strict=True)),
            facts,
            how.warm_up,
            objective=lambda graph, _: AdversarialObjective.over(
                graph, self.student, self.network, terms
            ),
        )
