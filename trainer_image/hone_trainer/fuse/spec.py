"""Fuse: several models to one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import model_validator

from hone_trainer.contract.spec import Rule
from hone_trainer.contract.stage import Gang, Product, Stage, latest
from hone_trainer.fuse.fusion import NO_VOTES
from hone_trainer.fuse.fusions import AnyFusion
from hone_trainer.fuse.fusions.adversarial import Adversarial
from hone_trainer.fuse.fusions.distill import Distill
from hone_trainer.fuse.members import FIELD, Members, opened
from hone_trainer.fuse.tuning import FineTune, Tuning
from hone_trainer.train.spec import HANG_SECONDS

if TYPE_CHECKING:
    from hone_trainer.contract.assignment import Report
    from hone_trainer.fuse.averaging import Average
    from hone_trainer.pod.context import Context
    from hone_trainer.train.loop import Training


OF_LISTS = (
    "fuse.{} compares answers row by row, and prepare.tasks ranks lists: choose stack, or"
    " weightedAverage"
)
TUNED = (
    "fineTune: the student of adversarial and distill is trained already, and a soup is one model,"
    " which a train stage trains further by startFrom; leave it out"
)
APART = (
    "fineTune learns on the training part, and stack.rows: validation does not: leave fineTune out,"
    " and name this stage in the members of a later fuse stage that has it"
)
ON_SERVERS = "tuning.strategy: students want workers that keep in step, not parameterServer"


class Fuse(AnyFusion, Stage):
    """Several models to one, or the best of them where together they are worse on the validation
    part.
    """

    rules = (
        Rule(
            "!has(self.fineTune)"
            " || !(has(self.adversarial) || has(self.distill) || has(self.soup))",
            TUNED,
        ),
        Rule(
            "!has(self.fineTune) || !has(self.stack) || !has(self.stack.rows)"
            " || self.stack.rows == 'training'",
            APART,
        ),
        Rule(
            "!(has(self.adversarial) || has(self.distill))"
            " || !has(self.tuning.strategy.parameterServer)",
            ON_SERVERS,
        ),
    )
    needs: ClassVar[tuple[Product, ...]] = ("dataset", "model")
    makes: ClassVar[Product | None] = "model"

    members: Members | None = None
    """What is fused: stages of this job and earlier runs, in any number and of any model. Where
    nothing is said, all members of the latest stage that made any."""
    fine_tune: FineTune | None = None
    """Train all members further, together, once they are one."""
    tuning: Tuning = Tuning()
    """How dense layers, students and members are trained."""

    @model_validator(mode="after")
    def _trainable(self) -> Self:
        if self.fine_tune is not None and (self.student or self.soup):
            raise ValueError(TUNED)
        if self.fine_tune is not None and self.stack and self.stack.rows == "validation":
            raise ValueError(APART)
        if self.student is None:
            return self
        if self.tuning.strategy.parameter_server is not None:
            raise ValueError(ON_SERVERS)
        return self

    @property
    def student(self) -> Adversarial | Distill | None:
        """How one model learns from all, where one does."""
        return self.adversarial or self.distill

    @property
    def trains(self) -> bool:
        """Whether anything is trained."""
        return self.value.trains or self.fine_tune is not None

    def gangs(self) -> tuple[Gang, ...]:
        """One gang, shaped by the strategy where there is something to train."""
        return (Gang(roles=self.tuning.strategy.value.roles()),) if self.trains else (Gang(),)

    def usual_seconds(self) -> float:
        """Return what its epochs take beside the rest."""
        own = getattr(self.value, "epochs", 0) + (self.fine_tune.epochs if self.fine_tune else 0)
        return 5.0 + float(own)

    def check(self, earlier: Sequence[Stage]) -> Iterator[str]:
        """See that there is something to vote on."""
        dataset = latest(earlier, "dataset")
        if dataset and dataset.lists() and self.student is not None:
            yield OF_LISTS.format(self.kind)
        if self.distill is not None and self.distill.model is not None:
            yield from self.distill.model.misfits(dataset)
        voting = self.value.counts
        for name in dataset.unvotable(voting) if dataset and voting in NO_VOTES else ():
            yield NO_VOTES[voting].format(name)

    def takes(self) -> tuple[str, ...]:
        """See ``Stage.takes``."""
        return tuple(member.stage for member in self.members or () if member.stage is not None)

    def paths(self) -> tuple[str, ...]:
        """Return where the earlier runs are."""
        return tuple(member.uri for member in self.members or () if member.uri is not None)

    def reads(self, store: Any) -> Sequence[str]:
        """Say what the earlier runs hold that are fused, and what a student's model reads."""
        from hone_trainer.train.earlier import Earlier

        own = self.distill.model.model.reads(store) if self.distill and self.distill.model else ()
        return (*own, *(Earlier.find(uri, store, FIELD).content for uri in self.paths()))

    def look(self, store: Any) -> None:
        """See that the earlier runs are there."""
        self.reads(store)

    def run(self, ctx: Context) -> Report:
        """Join the members to one network, and train it where that is asked for.

        Where the best member alone is better than all together, it goes on alone; where what was
        trained is worse than what it was made of, that goes on: see ``preference``.

        Raises:
            StageFailure: the members were trained on different columns (SchemaMismatch), or one
                answers with something that is no number (AnswersNotFinite).
        """
        from hone_trainer.fuse.averaging import Average

        if self.trains:
            return self._trained(ctx)
        members = opened(self.members, ctx)
        average = Average.of(self.value, members.networks, ctx)
        if self.soup is not None:
            from hone_trainer.fuse.souping import souped

            return souped(self.soup, average, members.starts, ctx)
        return average.commit(ctx)

    def _trained(self, ctx: Context) -> Report:
        """Train in one pod of a gang, which all answer with the members alike."""
        from hone_trainer.fuse.averaging import Average
        from hone_trainer.train.member import enter

        strategy = enter(self.tuning.strategy.value, ctx, HANG_SECONDS)
        average = Average.of(self.value, opened(self.members, ctx).networks, ctx)
        if self.student is not None:
            return self._taught(average, strategy, ctx)
        from hone_trainer.fuse.held_out import HeldOut
        from hone_trainer.fuse.joint_training import JointTraining
        from hone_trainer.fuse.judgement import judged

        training = JointTraining(
            average.start,
            layers=self.stack.layers if self.stack else (),
            dropout=self.stack.dropout if self.stack else 0.0,
            frozen_epochs=self.stack.epochs if self.stack else 0,
            epochs=self.fine_tune.epochs if self.fine_tune else 0,
            rate_factor=self.fine_tune.rate_factor if self.fine_tune else 1.0,
        )
        held = HeldOut.within(ctx) if self._on_held_out else None
        chosen = held.chosen if held else None
        before = average.settled

        def end(ended: Training) -> Report:
            return judged(ended, average, before, ctx, chosen)

        return training.run(self.tuning, ctx, strategy, end, held)

    @property
    def _on_held_out(self) -> bool:
        """Whether dense layers learn on rows that no member was trained on."""
        if self.stack is None or self.fine_tune is not None:
            return False
        return self.stack.rows != "training"

    def _taught(self, average: Average, strategy: Any, ctx: Context) -> Report:
        """Train a student on what the members know."""
        from hone_trainer.fuse.judgement import judged
        from hone_trainer.fuse.student_training import StudentTraining
        from hone_trainer.train.gang_all_reduce import GangSum
        from hone_trainer.train.member import leave, others

        if len(average.members) == 1 and not (self.distill and self.distill.model):
            report = average.commit(ctx) if ctx.chief else others(ctx)
            leave(GangSum(strategy), ctx)
            return report
        if self.adversarial is not None:
            training = StudentTraining.opposed(self.adversarial, average)
        else:
            training = StudentTraining.distilled(self.distill or Distill(), average, ctx)
        best = average.best

        def end(ended: Training) -> Report:
            return judged(ended, average, best, ctx)

        return training.run(self.tuning, ctx, strategy, end)

    def tidy(self, ctx: Context) -> None:
        """Remove the checkpoints: nobody resumes a training that is committed."""
        from hone_trainer.train.checkpoints import Checkpoints

        if self.trains:
            Checkpoints(ctx.store, ctx.task.prefix).clear()
