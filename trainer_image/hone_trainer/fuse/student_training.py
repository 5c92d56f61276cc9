"""A student trained on what members know, by the loop that trains every model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from hone_trainer.train.distillation_objective import DistillationObjective
from hone_trainer.train.member import train

if TYPE_CHECKING:
    from hone_trainer.contract.assignment import Report
    from hone_trainer.fuse.averaging import Average
    from hone_trainer.fuse.fusions.adversarial import Adversarial
    from hone_trainer.fuse.fusions.distill import Distill
    from hone_trainer.fuse.tuning import Tuning
    from hone_trainer.models.graph import Graph
    from hone_trainer.pod.context import Context
    from hone_trainer.train.loop import Training
    from hone_trainer.train.objective import Objective


@dataclass(frozen=True)
class StudentTraining:
    """One training of a student, and of what stands beside it."""

    network: Network
    """The members, and the share of each in the average that is learned from."""
    student: Part
    """What the student is; and starts as, where it has weights."""
    objective: Callable[[Graph, Student], Objective]
    epochs: int
    warm_up: int = 0
    """Of these, first ones in which neither the student nor a second one learns."""

    @classmethod
    def opposed(cls, how: Adversarial, average: Average) -> StudentTraining:
        """Return that of two students, one of them against a judge.

        Raises:
            StageFailure: there is no such member, or it is several models (MemberUnfit).
        """
        start, network = _student(average, how.student, "adversarial"), average.start
        terms = Terms(how.weight, how.distillation, how.judge, how.each)

        def objective(graph: Graph, student: Student) -> Objective:
            return AdversarialObjective.over(graph, student, network, terms)

        student = Part(start.model) if how.fresh else start
        return cls(network, student, objective, how.warm_up + how.epochs, how.warm_up)

    @classmethod
    def distilled(cls, how: Distill, average: Average, ctx: Context) -> StudentTraining:
        """Return that of one student.

        Raises:
            StageFailure: the best member is several models (MemberUnfit).
        """
        network = average.start

        def objective(graph: Graph, _: Student) -> Objective:
            return DistillationObjective.over(graph, network, how.distillation)

        if how.model is not None:
            student = Part(how.model.settled(network.schema, ctx.store))
        else:
            student = _student(average, None, "distill")
        return cls(network, student, objective, how.epochs)

    def run(
        self, tuning: Tuning, ctx: Context, strategy: Any, finish: Callable[[Training], Report]
    ) -> Report:
        """Train in one pod of the gang, by the strategy that ``enter`` gave.

        ``finish`` makes the chief's report.
        """
        stage = stage_of(tuning, self.student.model, self.epochs)
        return train(stage, ctx, strategy, self.beginning(ctx), finish)

    def beginning(self, ctx: Context) -> Beginning:
        """Return where the student starts."""
        with unmade():
            made = open_graph(self.student.model, self.network.schema).whole
        names = [weight.name.partition(":")[0] for weight in made.weights]
        given: Mapping[str, Any]
        if self.student.weights:
            given = dict(zip(names, self.student.arrays, strict=True))
        else:
            given = self.student.model.model.start(self.network.schema, ctx.store)
        by = f"as one of {len(self.network.parts)} models" if self.student.weights else "by chance"
        facts = {
            "told": f"started {by}",
            "digest": digest((*self.network.parts, self.student)),
            "frozen": list(range(len(names) + len(made.trainable_variables)))
            if self.warm_up
            else [],
        }
        student = Student(self.student.model, given)
        return Beginning(
            given, facts, self.warm_up, objective=lambda graph, _: self.objective(graph, student)
        )


def _student(average: Average, wanted: int | None, fusion: str) -> Part:
    """Return the member with that number, or the best, which has to be a single model."""
    chosen = average.best.alone if wanted is None else wanted
    if chosen is None or chosen >= len(average.members):
        message = f"fuse.{fusion}.student: there are {len(average.members)} members"
        remedy = f"choose one from 0 to {len(average.members) - 1}"
        raise StageFailure("MemberUnfit", f"{message}: {remedy}")
    parts = average.members[chosen].parts
    if len(parts) > 1:
        remedy = {
            "adversarial": "choose one that is a single model by student",
            "distill": "say by model what the student is",
        }[fusion]
        message = f"fuse.{fusion}: member {chosen} is {len(parts)} models itself"
        raise StageFailure("MemberUnfit", f"{message}: {remedy}")
    return parts[0]
