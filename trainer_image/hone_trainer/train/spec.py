"""Train: a data set to one or several trained models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from hone_trainer.contract.spec import Rule, Spec
from hone_trainer.contract.stage import Gang, Product, Stage, latest
from hone_trainer.models import AnyModel
from hone_trainer.train.optimizers import AnyOptimizer
from hone_trainer.train.optimizers.adam import Adam
from hone_trainer.train.schedule import Schedule, batch_of
from hone_trainer.train.start_from import StartFrom
from hone_trainer.train.strategies import AnyStrategy
from hone_trainer.train.strategies.single_device import SingleDevice

if TYPE_CHECKING:
    from hone_trainer.contract.assignment import Report
    from hone_trainer.dataset.schema import Schema
    from hone_trainer.pod.context import Context
    from hone_trainer.train.earlier import Earlier


AVERAGED = "keep: average holds weights twice, and strategy.parameterServer none: choose best"
HANG_SECONDS = 600
"""Of silence in a training, where nothing is said."""


class Checkpoint(Spec):
    """How often the state of a training is saved."""

    every_seconds: Annotated[int, Field(ge=1, le=86_400)] = 60
    """Seconds between two checkpoints; more where they would take over 2 % of the time."""
    keep: Annotated[int, Field(ge=1, le=100)] = 2
    """The last so many stay until the model is committed."""


class Divergence(Spec):
    """What happens when the loss is no number any more."""

    rollbacks: Annotated[int, Field(ge=0, le=10)] = 0
    """Go back to the last checkpoint so many times before giving up."""
    rate_factor: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """The learning rate is multiplied by this each time."""


class Train(Stage):
    """A data set to one or several trained models."""

    needs: ClassVar[tuple[Product, ...]] = ("dataset",)
    makes: ClassVar[Product | None] = "model"
    unkeyed: ClassVar[frozenset[str]] = frozenset({"parallelism", "checkpoint", "hang_seconds"})
    rules = (
        Rule(
            "!has(self.strategy.multiWorkerMirrored)"
            " || !has(self.batchSize)"
            " || self.batchSize % self.strategy.multiWorkerMirrored.workers == 0",
            "batchSize must be a multiple of strategy.multiWorkerMirrored.workers",
        ),
        Rule(
            "!self.rowLog || !has(self.strategy.parameterServer)",
            "rowLog needs workers that keep in step: not strategy.parameterServer",
        ),
        Rule("self.keep != 'average' || !has(self.strategy.parameterServer)", AVERAGED),
    )

    model: AnyModel
    """The architecture."""
    members: Annotated[int, Field(ge=1, le=16)] = 1
    """Sub-models to train, each on a part of the training rows of its own."""
    parallelism: Annotated[int, Field(ge=1, le=16)] | None = None
    """Members that train at the same time; all of them where nothing is said."""
    strategy: AnyStrategy = AnyStrategy(single_device=SingleDevice())
    """How each member's training is spread over devices and pods."""
    optimizer: AnyOptimizer = AnyOptimizer(adam=Adam())
    """How weights follow gradients."""
    epochs: Annotated[int, Field(ge=1, le=10_000)] = 50
    """Passes over the member's rows, at most; ``patience`` ends most trainings before."""
    patience: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """End a training that has not become better on the validation part for so many epochs, by what
    ``keep`` says. Where nothing is said, three, or 30 % of the best epoch's number, but not before
    20 epochs or 2,000 steps."""
    schedule: Schedule = "constant"
    """How the learning rate goes: as it is, or up in the first 5 % of the steps, 500 at most, and
    then down along a cosine to 5 % of it."""
    batch_size: Annotated[int, Field(ge=1, le=1_048_576)] | None = None
    """Rows per step, over all workers together (the global batch); about so many where histories
    are read whole. Where nothing is said, the power of 2 that makes about 200 steps of an epoch,
    from 64 to 4,096; 64 lists of a ranking."""
    window_rows: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None
    """Training rows that a pod holds in memory at a time: they are read window by window, shuffled
    within each, while the next is on its way. Where nothing is said, all rows if half of the pod's
    memory has room for them, else as many as it has."""
    steps_per_execution: Annotated[int, Field(ge=1, le=1000)] = 16
    """Steps between two returns to Python; more is faster, fewer reports sooner."""
    precision: Literal["float32", "mixedBfloat16"] = "float32"
    """What is computed with. bfloat16 pays on GPUs from Ampere on and on CPUs with AMX; weights
    stay float32."""
    xla: bool = False
    """Compile forward and backward pass with XLA: faster steps after a longer first one; for
    sequences of more than 32 positions on a CPU far slower."""
    checkpoint: Checkpoint = Checkpoint()
    """How often the state is saved, and how many are kept."""
    divergence: Divergence = Divergence()
    """What happens when the loss is no number any more."""
    hang_seconds: Annotated[int, Field(ge=10, le=86_400)] = HANG_SECONDS
    """No step for so long: the pods keep their stacks and the gang restarts. Before the first step,
    six times as long."""
    keep: Literal["best", "last", "average"] = "best"
    """Which weights are kept: of the epoch that is best on the validation part, by its loss or,
    where the first task ranks, by its first figure; of the last; or the mean of those after each
    epoch of the second half (SWA, Izmailov et al. 2018), where it is no worse than the best."""

    start_from: StartFrom | None = None
    """Start from the weights of an earlier network instead of chance."""
    row_log: bool = False
    """Keep, for each worker, which rows each step has seen, and join them over restarts in the
    manifest: the proof that each row was seen exactly once an epoch. Some objects a block and a
    barrier more; not for a parameterServer, whose workers do not keep in step."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.batch_size and self.batch_size % self.strategy.value.replicas():
            raise ValueError("batchSize must be a multiple of strategy.multiWorkerMirrored.workers")
        if self.row_log and self.strategy.parameter_server is not None:
            raise ValueError("rowLog needs workers that keep in step: not strategy.parameterServer")
        if self.keep == "average" and self.strategy.parameter_server is not None:
            raise ValueError(AVERAGED)
        return self

    def check(self, earlier: Sequence[Stage]) -> Iterator[str]:
        """See that the model can read the data set."""
        dataset = latest(earlier, "dataset")
        yield from self.model.misfits(dataset)
        if dataset is not None and dataset.lists():
            if self.strategy.parameter_server is not None:
                message = "train.strategy.parameterServer hands out rows, and prepare.tasks ranks"
                yield f"{message} lists: choose multiWorkerMirrored"
            if self.window_rows is not None:
                yield "train.windowRows: rankings want all rows in memory; leave it out"
            if self.row_log:
                message = "train.rowLog proves that each row is seen, and of long lists not every"
                yield f"{message} row is: leave it out"

    def reads(self, store: Any) -> Sequence[str]:
        """Ask the model for code and files of its own, and look at what it starts from."""
        found: tuple[str, ...] = self.model.model.reads(store)
        if self.start_from is None:
            return found
        self.look(store)
        return (*found, self._earlier(store).content)

    def paths(self) -> tuple[str, ...]:
        """Return where the network is that it starts from."""
        return () if self.start_from is None else (self.start_from.uri,)

    def look(self, store: Any) -> None:
        """See that there is a network to start from."""
        self._earlier(store).place(self.start_from.part if self.start_from else None)

    def gangs(self) -> tuple[Gang, ...]:
        """One gang per member, shaped by the strategy."""
        roles = self.strategy.value.roles()
        return tuple(Gang(member, roles) for member in range(self.members))

    @property
    def batch(self) -> int:
        """Units of a step, once ``settled`` has said how many."""
        if self.batch_size is None:
            raise ValueError("batchSize is not settled")
        return self.batch_size

    def settled(self, units: int, replicas: int, *, listed: bool) -> Self:
        """Return the stage with the batch that fits, where nobody named one.

        Args:
            units: rows that a member is trained on, or lists.
            replicas: between which a step is divided.
            listed: whether units are lists.
        """
        if self.batch_size is not None:
            return self
        batch = batch_of(units, replicas, listed=listed)
        return self.model_copy(update={"batch_size": batch})

    def sequential(self, schema: Schema) -> bool:
        """Say whether rows of a history that go on from each other are read at once."""
        if self.xla or self.strategy.parameter_server is not None:
            return False  # how many targets a step has is known in it only; rows travel one by one
        listed = any(target.how.listed for target in schema.targets)
        return not listed and self.model.model.sequential(schema)

    @property
    def precision_policy(self) -> str:
        """The name of the Keras policy."""
        return "mixed_bfloat16" if self.precision == "mixedBfloat16" else "float32"

    def at_once(self) -> int:
        """As many as the user allows."""
        return self.parallelism or self.members

    def usual_seconds(self) -> float:
        """Return what epochs take, round after round of members; most trainings end long before
        the last epoch that they may have.
        """
        rounds = -(-self.members // self.at_once())
        return rounds * (5.0 + min(self.epochs, max(20, self.patience or 0)))

    def _earlier(self, store: Any) -> Earlier:
        from hone_trainer.train.earlier import Earlier

        if self.start_from is None:
            raise ValueError("it starts from nothing")
        return Earlier.find(self.start_from.uri, store)

    def run(self, ctx: Context) -> Report:
        """Train the member's model in one pod of its gang."""
        from hone_trainer.train.member import enter, train

        return train(self, ctx, enter(self.strategy.value, ctx, self.hang_seconds))

    def tidy(self, ctx: Context) -> None:
        """Remove the checkpoints: nobody resumes a training that is committed."""
        from hone_trainer.train.checkpoints import Checkpoints

        Checkpoints(ctx.store, ctx.task.prefix).clear()
