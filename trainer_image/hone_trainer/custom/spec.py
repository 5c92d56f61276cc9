"""Custom: code of your own, in an image of your own, run and restarted as a gang.

Nothing of ours is inside: the pods learn by variables where they are, where their output belongs
and where to resume from, and TF_CONFIG names their peers. What they make is theirs, so no later
stage works on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.patterns import Word
from hone_trainer.contract.spec import Rule, Spec
from hone_trainer.contract.stage import Gang, Role, RoleName, Stage

if TYPE_CHECKING:
    from hone_trainer.contract.assignment import Report
    from hone_trainer.pod.context import Context

Command = Annotated[tuple[Word, ...], Field(min_length=1, max_length=64)]
Arguments = Annotated[tuple[Word, ...], Field(max_length=64)]

ORDER: tuple[RoleName, ...] = ("chief", "worker", "ps", "evaluator")
"""The first of these that a gang has leads it."""
LEADERLESS = "roles: add a chief or a worker; ps and evaluator only stand beside them"
PODS = 512
"""All of them stand in TF_CONFIG, and a kernel takes no variable over 128 KiB."""
CROWDED = f"roles: at most {PODS} pods in all"
TWICE = "roles: every name must be used once"
CHIEFS = "replicas: a gang has one chief; give the other pods the role worker"


class CustomRole(Spec):
    """Pods of one kind."""

    rules = (Rule("self.name != 'chief' || self.replicas == 1", CHIEFS),)

    name: RoleName
    """What they are to the others."""
    replicas: Annotated[int, Field(ge=1, le=256)] = 1
    """How many there are."""
    command: Command | None = None
    """What they run; the stage's command, with its arguments, where nothing is said."""
    args: Arguments | None = None
    """Arguments of the command."""
    replaceable: bool | None = None
    """Whether a lost pod is replaced under its index while the gang goes on; otherwise the whole
    gang restarts. Where nothing is said: evaluators are, and so are workers beside chief and ps."""

    @model_validator(mode="after")
    def _one_chief(self) -> Self:
        if self.name == "chief" and self.replicas != 1:
            raise ValueError(CHIEFS)
        return self


class Custom(Stage):
    """Code of your own, in an image of your own."""

    reports: ClassVar[bool] = False
    rules = (
        Rule("self.roles.exists(r, r.name == 'chief' || r.name == 'worker')", LEADERLESS),
        Rule("self.roles.all(r, self.roles.filter(q, q.name == r.name).size() == 1)", TWICE),
        Rule(f"self.roles.map(r, r.replicas).sum() <= {PODS}", CROWDED),
    )

    command: Command
    """What every pod runs, instead of the image's own entry point. ``$(NAME)`` stands for a
    variable, as in any pod."""
    args: Arguments = ()
    """Arguments of the command."""
    roles: Annotated[tuple[CustomRole, ...], Field(min_length=1, max_length=4)] = (
        CustomRole(name="worker"),
    )
    """The pods. Once the chief has ended well, or without one all workers, the stage has succeeded
    and the other pods are deleted."""
    restart: Literal["onFailure", "exitCode", "never"] = "onFailure"
    """Which failures are answered by a restart: all; exit codes above 127 only, which are signals;
    none. A pod that was taken away (evicted, preempted, lost with its node) did not fail."""
    port: Annotated[int, Field(ge=1024, le=65535)] = 2222
    """Where each pod listens for the others; TF_CONFIG names it."""

    @model_validator(mode="after")
    def _led(self) -> Self:
        names = [role.name for role in self.roles]
        if len(set(names)) < len(names):
            raise ValueError(TWICE)
        if not {"chief", "worker"} & set(names):
            raise ValueError(LEADERLESS)
        if sum(role.replicas for role in self.roles) > PODS:
            raise ValueError(CROWDED)
        return self

    def gangs(self) -> tuple[Gang, ...]:
        """One gang, the role first whose end decides."""
        given = {role.name: role for role in self.roles}
        spared = {"evaluator"} | ({"worker"} if {"chief", "ps"} <= set(given) else set())
        roles = tuple(
            Role(
                name,
                given[name].replicas,
                replaceable=_either(given[name].replaceable, name in spared),
                listed=name != "evaluator",
            )
            for name in ORDER
            if name in given
        )
        return (Gang(0, roles, self.port),)

    def permanent(self, exit_code: int) -> bool:
        """Signals come from outside; a small code is the program's own word, as in a TFJob."""
        return self.restart == "never" or (self.restart == "exitCode" and exit_code < 128)

    def usual_seconds(self) -> float:
        """Return what a training takes: nobody knows what it does."""
        return 20.0

    def program(self, role: str) -> tuple[str, ...] | None:
        """The role's own command, or the stage's."""
        own = next(each for each in self.roles if each.name == role)
        if own.command is not None:
            return (*own.command, *(own.args or ()))
        return (*self.command, *(self.args if own.args is None else own.args))

    def run(self, ctx: Context) -> Report:
        """Never called: these pods run no trainer.

        Raises:
            StageFailure: always.
        """
        raise StageFailure("BadTask", f"stage {ctx.task.stage!r} runs its own image")


def _either(said: bool | None, otherwise: bool) -> bool:
    return otherwise if said is None else said
