"""The contract between the operator and what runs in a pod.

A stage is its parameters, the pods that it wants, and ``run``. The operator reads parameters and
shapes only, so nothing here knows a library that does the work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from hone_trainer.contract.assignment import Exit
from hone_trainer.contract.spec import Spec

if TYPE_CHECKING:
    from hone_trainer.contract.assignment import Report

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


class Stage(Spec):
    """One step of an optimisation: its parameters, the pods it wants, and what they run."""

    needs: ClassVar[tuple[Product, ...]] = ()
    makes: ClassVar[Product | None] = None
    reports: ClassVar[bool] = True
    """Whether every pod's last word is a ``Report``; code that is not ours may end without one."""
    unkeyed: ClassVar[frozenset[str]] = frozenset()
    """Parameters that decide how it is made, and nothing of what: a stage that differs in them
    alone makes the same."""

    def gangs(self) -> tuple[Gang, ...]:
        """Say which gangs run this stage, one per member."""
        return (Gang(),)

    def at_once(self) -> int:
        """Say how many of the gangs may run at the same time."""
        return len(self.gangs())

    def usual_seconds(self) -> float:
        """Say about how long it takes beside other stages, by what it is asked to do: in seconds,
        for some 100,000 rows on two cores. Shares of a job's progress are made of it, no promises.
        """
        return 5.0

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

    def takes(self) -> tuple[str, ...]:
        """Name the earlier stages whose models it works on; none for the latest that made any."""
        return ()

    def keyed(self) -> dict[str, Any]:
        """Return the parameters that decide what it makes, defaults included."""
        names = set(self.unkeyed)
        return self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=names)

    def reads(self, store: Any) -> Sequence[str] | None:  # noqa: ARG002
        """Say what it reads besides what earlier stages made: each with what changes whenever the
        content does. None where only reading it would tell.

        Args:
            store: the artifacts' store, whose endpoint and keys reach other places too.

        Raises:
            StageFailure: it is not there, or cannot be reached.
        """
        return ()

    def paths(self) -> Sequence[str]:
        """Return where that of others is that it reads, as the user wrote it."""
        return ()

    def look(self, store: Any) -> None:
        """See that what it reads of others is there and fits, without reading it.

        Args:
            store: the artifacts' store, whose endpoint and keys reach other places too.

        Raises:
            StageFailure: it does not.
        """

    def lengths(self) -> Mapping[str, int] | None:
        """Say how many ids each field of the data set has that it makes; None where rows decide."""
        return None

    def readable(self) -> frozenset[str] | None:
        """Name the columns of which a model reads something; None where rows decide."""
        return None

    def lists(self) -> bool:
        """Whether rows of the data set that it makes are judged in lists, which nothing cuts."""
        return False

    def segments(self, column: str) -> bool | None:  # noqa: ARG002
        """Say whether a column of the data set that it makes has segments; None where rows say."""
        return None

    def targets(self) -> Mapping[str, frozenset[str]] | None:
        """Say what the data set that it makes predicts: target -> what figures can read of answers
        to it, the leading one first. None where it makes no data set.
        """
        return None

    def unvotable(self, voting: str) -> tuple[str, ...]:  # noqa: ARG002
        """Name the targets of the data set that it makes whose answers cannot be counted so."""
        return ()

    def no_graph(self) -> Iterator[str]:
        """Say what keeps TensorFlow alone from reading raw rows as the data set was made that this
        stage makes: each with its field and a remedy. Nothing where rows decide.
        """
        yield from ()

    def program(self, role: str) -> tuple[str, ...] | None:  # noqa: ARG002
        """Say what the pods of a role run, with its arguments; None for the trainer itself."""
        return None

    def secrets(self) -> dict[str, tuple[str, str]]:
        """Say which variables of the pods come from Secrets: name -> (Secret, key in it).

        The operator passes the names on and never reads a Secret.
        """
        return {}

    def run(self, ctx: Any) -> Report:
        """Do the work in one pod of the gang.

        Args:
            ctx: the pod around it, a ``hone_trainer.pod.context.Context``: known where it runs.

        Raises:
            StageFailure: the stage cannot succeed, with the reason and the remedy.
        """
        raise NotImplementedError

    def tidy(self, ctx: Any) -> None:  # noqa: ARG002
        """Remove what a committed output makes useless; called again where a pod died before."""
        return


def latest(earlier: Sequence[Stage], product: Product) -> Stage | None:
    """Return the stage whose products a later one works on."""
    return next((stage for stage in reversed(earlier) if stage.makes == product), None)


def several(kind: str, count: int) -> str:
    """Say that a stage takes one model and gets others too; empty where it does not."""
    return f"{kind} takes one model and found {count}: put a fuse stage before it" * (count > 1)
