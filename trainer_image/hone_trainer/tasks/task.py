"""What every task is: what a model predicts, said once.

A task says how its target is learned and stored, which head and loss it has, what its answers are
called, and what figures read of them. The stages know none of that. Nothing here imports TensorFlow
at its top: the operator reads the parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from hone_trainer.contract.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hone_trainer.html.picture import Picture
    from hone_trainer.metrics.metric import Metric
    from hone_trainer.metrics.scored import Scored
    from hone_trainer.rows.block import Block
    from hone_trainer.tasks.head import Head, Logits
    from hone_trainer.tasks.learned import Array, Asked, AskedGraph, Calibration, Learned, Targets

ColumnName = Annotated[str, Field(min_length=1, max_length=63)]
Reading = Literal["label", "amount", "grade", "category"]
Space = Literal["mixture", "value", "score"]
Said = Literal["number", "count", "flag", "text", "list"]
"""A float, a whole number, true or false, a text, a list of dicts with such values."""


class Task(Spec):
    """Something that a model predicts."""

    reads: ClassVar[Reading]
    """How the label's values are read: as 0 or 1, a number, a relevance or a name."""
    listed: ClassVar[bool] = False
    """Whether what weighs is a list: the rows of one ``group``, which nothing cuts."""
    shared: ClassVar[tuple[str, ...]] = ("group",)
    """Fields that name columns of names; models may read these columns too."""
    strata: ClassVar[str] = ""
    """Why a split cannot hold the shares of its labels; empty where it can."""
    needs: ClassVar[frozenset[str]] = frozenset({"vector"})
    """What of a model's features its head is put on."""
    gives: ClassVar[frozenset[str]]
    """The columns of ``Scored``; a figure applies where it reads no others."""
    headline: ClassVar[tuple[Metric, ...]]
    """Its figures, the one that decides first; log loss or its kin decides ties."""
    answers: ClassVar[tuple[str, ...]]
    """What its answers are called, in a model of one task."""
    spoken: ClassVar[Mapping[str, Said]]
    """What ``told`` says of a row, whatever the parameters: name -> kind of value."""
    calibrates: ClassVar[bool] = False
    """Whether ``calibrate`` fits anything."""
    ranks: ClassVar[bool] = False
    """Whether order alone counts: the first figure compares epochs, and not the loss."""
    votings: ClassVar[frozenset[str]] = frozenset()
    """How answers count as votes: ``hard`` where one names a class, ``ranks`` where it orders."""
    mixes_in: ClassVar[Space]
    """What an average of answers is: a mixture of distributions, a value, or a score."""

    label: ColumnName
    """The column that is predicted; no model reads it."""
    name: Annotated[str, Field(min_length=1, max_length=63)] | None = None
    """What it is called in figures and answers; the label's name where nothing is said."""
    share: Annotated[float, Field(gt=0, le=1000)] | None = None
    """How much its mean loss counts beside those of others; where nothing is said, as many times as
    training rows have it, of those that have the commonest."""
    weight: ColumnName | None = None
    """A number column that says how much a row counts, in the loss and in the figures."""
    where: ColumnName | None = None
    """A column of 0 and 1: only rows where it is 1 have this target."""
    group: ColumnName | None = None
    """A column whose rows belong together, such as a user: to figures they are not independent."""

    @property
    def longest(self) -> int:
        """Rows of a unit that a step of training looks at, at most."""
        return 1

    @property
    def recalls(self) -> bool:
        """Whether figures have to know what a row's user has met before."""
        return False

    @property
    def says(self) -> Mapping[str, Said]:
        """The same with these parameters."""
        return self.spoken

    @property
    def title(self) -> str:
        """What it is called."""
        return self.name or self.label

    @property
    def columns(self) -> frozenset[str]:
        """The columns of the source that it reads."""
        return self.hidden | {name for _, name in self.beside_it}

    @property
    def beside_it(self) -> tuple[tuple[str, str], ...]:
        """(field, column) of those that models may read too."""
        named = ((field, getattr(self, field)) for field in self.shared)
        return tuple((field, name) for field, name in named if name is not None)

    @property
    def hidden(self) -> frozenset[str]:
        """Those of them that no model may read."""
        named = (self.label, self.weight, self.where)
        return frozenset(name for name in named if name is not None)

    @property
    def figured(self) -> frozenset[str]:
        """What figures can read of the answers: groups only where there are any."""
        return self.gives if self.group is not None else self.gives - {"group"}

    def summarize(self, block: Block) -> Any:
        """Return what has to be known of the cleaned training rows of a block, an Arrow table."""
        raise NotImplementedError

    def learn(self, summaries: list[Any]) -> Learned:
        """Learn from the summaries of all blocks; StageFailure: they do not say enough for it."""
        raise NotImplementedError

    def encode(self, block: Block, learned: Learned) -> tuple[Array, Array]:
        """Return values (n,) and weights (n,) float32 of a block; weight 0: no target here.

        Raises:
            StageFailure: a label is not one of its kind (BadLabel).
        """
        raise NotImplementedError

    def beside(self, block: Block, learned: Learned) -> dict[str, Array]:  # noqa: ARG002
        """Return what else figures or losses have to know of the rows: ``group``, (n,) int64."""
        from hone_trainer.tasks.rows import groups_of

        return {} if self.group is None else {"group": groups_of(block, self.group)}

    def tally(self, values: Array, weight: Array) -> list[float]:  # noqa: ARG002
        """Return what ``shifted`` has to know of encoded rows; sums, so that blocks add up."""
        return []

    def shifted(self, learned: Learned, tally: list[float]) -> Learned:  # noqa: ARG002
        """Return what was learned before anything was added to training rows, with what was added
        since by the ``tally`` of those that a model is trained on.
        """
        return learned

    def untold(self, block: Block) -> int:
        """Count the rows of a block that have no such target."""
        from hone_trainer.tasks.rows import weights_of

        return int((weights_of(self, block) == 0).sum())

    def bias(self, learned: Learned) -> Array:
        """Return the logits (outputs,) of the answer without features: where a head starts."""
        raise NotImplementedError

    def head(self, learned: Learned, name: str, given: frozenset[str]) -> Head:
        """Return the layers from a model's features to logits; their bias is the prior.

        Args:
            learned: of the target.
            name: of the target, with the prefix of the model's layers.
            given: names of the model's features; of logits of its own: ``logits/`` and the
                target's name; of vectors of its outputs: ``items/`` and the target's name.
        """
        from hone_trainer.tasks.head import HEAD, Head

        bias, own = self.bias(learned), f"logits/{name}"
        if own in given:
            return Head.bias(bias, f"{name}{HEAD}", learned, own)
        return Head.dense(bias, f"{name}{HEAD}", learned)

    def loss(self, head: Logits, features: Any, targets: Targets, draws: Any) -> tuple[Any, Any]:
        """Return loss and weight per unit, tensors (units,): float32, not divided by anything.

        Args:
            head: what ``head`` made.
            features: name -> tensor, as the model gives them.
            targets: of the rows of a batch, or of this replica's part of it.
            draws: where chance of (seed, epoch, step) comes from.
        """
        raise NotImplementedError

    def unit_weights(self, targets: Targets) -> Any:
        """Return the weight of each unit, as ``loss`` does: a tensor (units,)."""
        return targets.weight

    def outputs(self, logits: Any, learned: Learned, calibration: Calibration) -> dict[str, Any]:
        """Return the answers, name -> Keras tensor (batch, …), by layers that every tool knows."""
        raise NotImplementedError

    def answer(self, logits: Array, learned: Learned, calibration: Calibration) -> dict[str, Array]:
        """Return the same from logits in numpy, float64."""
        raise NotImplementedError

    def told(
        self, answers: dict[str, Array], learned: Learned, calibration: Calibration, asked: Asked
    ) -> list[dict[str, Any]]:
        """Return what is said of each row to whoever asked, JSON values by name; ``answers`` are as
        ``outputs`` gives them.
        """
        raise NotImplementedError

    def graph(self, answers: dict[str, Any], asked: AskedGraph) -> dict[str, Any]:  # noqa: ARG002
        """Return as tensors what ``told`` says of a row that comes alone: name -> (rows,); of lists
        (rows, any) by field, after an underscore.
        """
        from hone_trainer.backend.keras import tf

        return {name: tf.reshape(answers[name], [-1]) for name in self.answers}

    def reduce(
        self, targets: Targets, answers: dict[str, Array], calibration: Calibration
    ) -> Scored:
        """Return what figures read of the answers to some rows, in numpy."""
        raise NotImplementedError

    def prior(self, learned: Learned, targets: Targets) -> dict[str, Array]:
        """Return the answer without features to some rows: every figure's baseline."""
        raise NotImplementedError

    def likelihood(self, targets: Targets, answers: dict[str, Array]) -> Array:
        """Return the probability (rows,) that the answers gave to what came true."""
        raise NotImplementedError

    def soften(self, answers: dict[str, Array]) -> Array:
        """Return a teacher's answers as values of targets, (rows, outputs): as they are."""
        return answers[self.answers[0]]

    def calibrate(self, targets: Targets, answers: dict[str, Array]) -> Calibration:  # noqa: ARG002
        """Fit what may be fitted to the answers of a finished model, on rows kept for it."""
        from hone_trainer.tasks.learned import Calibration

        return Calibration()

    def recalibrate(self, answers: dict[str, Any], calibration: Calibration) -> dict[str, Any]:  # noqa: ARG002
        """Return joint answers of several models, Keras tensors, with a calibration on top."""
        return answers

    def pictures(self, learned: Learned, answered: Mapping[str, Scored]) -> Iterator[Picture]:  # noqa: ARG002
        """Yield what a report draws: who answered -> what figures read of it; the first ships."""
        yield from ()

    def metrics(self) -> Iterator[Metric]:
        """Yield its figures, the one that decides first."""
        yield from self.headline
