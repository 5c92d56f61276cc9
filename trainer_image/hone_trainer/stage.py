"""The whole contract between Hone and what runs in a pod.

A stage is its parameters plus ``run``; a technique is its parameters plus ``apply``; a model is
its parameters plus ``outputs``; a fusion is its parameters plus ``fit``. Whoever
adds one writes one of these classes and one line in the ``__init__`` of its room. Nothing here
imports TensorFlow: the operator reads parameters and shapes only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from hone_trainer.task import Exit
from hone_trainer.words import Words

if TYPE_CHECKING:
    from hone_trainer.context import Context
    from hone_trainer.dataset import Dataset, Schema
    from hone_trainer.network import Network
    from hone_trainer.task import Report

Product = Literal["dataset", "model"]
"""What a stage may leave behind for the stages after it."""

RoleName = Literal["chief", "worker", "ps", "evaluator"]
"""Roles that users may name: those that TF_CONFIG knows."""

Tell = Callable[[float, str], None]
"""Says how much is done, from 0 to 1, and what is going on."""


@dataclass(frozen=True)
class Role:
    """Pods of one kind within a gang; together they are one Indexed Job."""

    name: str
    replicas: int = 1
    replaceable: bool = False
    """A lost pod is replaced under its index, and the gang goes on."""
    listed: bool = True
    """Named in TF_CONFIG's cluster; an evaluator is not."""


@dataclass(frozen=True)
class Gang:
    """The pods of one member of a stage: they start, fail and restart together.

    The first role leads: once all its pods have ended well the gang has succeeded, and whatever of
    it still runs is deleted. The first pod of that role is the chief: its report is the gang's.
    """

    member: int = 0
    roles: tuple[Role, ...] = (Role("worker"),)
    port: int = 2222
    """Where each pod listens for the others."""

    @property
    def lead(self) -> str:
        """Name of the role whose end decides."""
        return self.roles[0].name

    @property
    def size(self) -> int:
        """Number of pods."""
        return sum(role.replicas for role in self.roles)


class Stage(Words):
    """One step of an optimisation: its parameters, the pods it wants, and what they run."""

    needs: ClassVar[tuple[Product, ...]] = ()
    makes: ClassVar[Product | None] = None
    reports: ClassVar[bool] = True
    """Whether every pod's last word is a ``Report``; code that is not ours may end without one."""

    def gangs(self) -> tuple[Gang, ...]:
        """Say which gangs run this stage, one per member."""
        return (Gang(),)

    def at_once(self) -> int:
        """Say how many of the gangs may run at the same time."""
        return len(self.gangs())

    def permanent(self, exit_code: int) -> bool:
        """Say whether a pod that ended with this code would end so again: nothing is retried."""
        return exit_code == Exit.DO_NOT_RETRY

    def check(self, earlier: Sequence[Stage]) -> Iterator[str]:  # noqa: ARG002
        """Say what cannot work whatever the rows are: each with its field and a remedy.

        A job is refused for it before anything runs.

        Args:
            earlier: the stages before it, in order; that one of them makes what this one needs is
                seen to elsewhere.
        """
        yield from ()

    def lengths(self) -> Mapping[str, int] | None:
        """Say how many ids each field of the data set has that it makes; None where rows decide."""
        return None

    def program(self, role: str) -> tuple[str, ...] | None:  # noqa: ARG002
        """Say what the pods of a role run, with its arguments; None for the trainer itself."""
        return None

    def secrets(self) -> dict[str, tuple[str, str]]:
        """Say which variables of the pods come from Secrets: name -> (Secret, key in it).

        The operator passes the names on and never reads a Secret.
        """
        return {}

    def run(self, ctx: Context) -> Report:
        """Do the work in one pod of the gang.

        Raises:
            StageFailure: the stage cannot succeed, with the reason and the remedy.
        """
        raise NotImplementedError

    def tidy(self, ctx: Context) -> None:  # noqa: ARG002
        """Remove what a committed output makes useless; called again where a pod died before."""
        return


def latest(earlier: Sequence[Stage], product: Product) -> Stage | None:
    """Give the stage whose products a later one works on."""
    return next((stage for stage in reversed(earlier) if stage.makes == product), None)


def several(kind: str, count: int) -> str:
    """Say that a stage takes one model and gets others too; empty where it does not."""
    return f"{kind} takes one model and found {count}: put a fuse stage before it" * (count > 1)


class Model(Words):
    """An architecture: parameters from which the same graph is built wherever it is needed."""

    def check(self, lengths: Mapping[str, int]) -> Iterator[str]:  # noqa: ARG002
        """Say why it cannot read fields of ids, with so many in each: with field and remedy."""
        yield from ()

    def outputs(self, inputs: dict[str, Any], schema: Schema, prefix: str = "") -> Any:
        """Build the layers on top of Keras inputs.

        Args:
            inputs: column name -> Keras tensor; id columns (batch, length) int32, number columns
                (batch, 1) float32.
            schema: the columns of the data set, with vocabulary sizes.
            prefix: put before each layer's name, so that several models fit into one graph.

        Returns:
            Keras tensor (batch, 1): the probability of the label.
        """
        raise NotImplementedError


class Fusion(Words):
    """A way to make one prediction from those of several members."""

    def fit(self, predictions: Any, labels: Any) -> tuple[float, ...]:
        """Learn one weight per member.

        Args:
            predictions: array (members, rows) of probabilities on the validation part.
            labels: array (rows,) of 0 and 1.

        Returns:
            Weights, not negative, of sum 1.
        """
        raise NotImplementedError


class Technique(Words):
    """A way to make a model smaller or faster.

    It may act at three moments and leaves alone those that do not concern it: on the network,
    where it may train; on the Keras graph, on its way to a file; on the LiteRT converter.
    """

    def apply(self, network: Network, data: Dataset, tell: Tell) -> Network:  # noqa: ARG002
        """Give the compressed network; the one that came in stays as it was.

        Args:
            network: what is compressed.
            data: rows to train on, where training is needed.
            tell: called in long loops.

        Raises:
            StageFailure: the technique did not reach what it promises.
        """
        return network

    def rewrite(self, model: Any) -> Any:
        """Give the Keras graph to export: the same inputs and outputs, cheaper inside."""
        return model

    def configure(self, converter: Any) -> None:  # noqa: ARG002
        """Set options of the ``tf.lite.TFLiteConverter``."""
        return
