"""What a stage lacks: found before anything runs, so that a wrong order costs nothing."""

from collections.abc import Iterator, Sequence

from hone.api.execution import Execution, RoleSettings
from hone_trainer.contract.assignment import FILE_LIMIT
from hone_trainer.contract.nearest import hint
from hone_trainer.contract.stage import Product, Stage
from hone_trainer.stages import AnyStage

MAKERS: dict[Product, str] = {
    "dataset": "put a prepare stage before it",
    "model": "put a train stage before it",
}


def missing_inputs(stages: Sequence[AnyStage]) -> Iterator[tuple[int, str]]:
    """Return (index, what is missing and the remedy) for every stage that lacks an input."""
    made: set[Product] = set()
    for index, stage in enumerate(stages):
        step: Stage = stage.value
        for product in step.needs:
            if product not in made:
                remedy = MAKERS[product]
                yield index, f"{stage.kind} needs a {product} that no earlier stage makes; {remedy}"
        if step.makes:
            made.add(step.makes)


def misnamed(stages: Sequence[tuple[str, AnyStage]]) -> Iterator[tuple[int, str]]:
    """Return (index, what is named that is no model before it) of stages with their names."""
    for index, (_, stage) in enumerate(stages):
        there = {name: each for name, each in stages[:index] if each.value.makes == "model"}
        step: Stage = stage.value
        for name in step.takes():
            if name not in there:
                known = f"such stages before it are {', '.join(there) or 'none'}"
                told = f"{name!r}, which is no stage before it that makes a model"
                yield index, f"{stage.kind} names {told}{hint(name, there)}; {known}"
            elif there[name].kind == "compress":
                message = f"{stage.kind} names {name!r}, which makes a file for serving"
                yield index, f"{message}: name the stage before it"


def unworkable(stages: Sequence[AnyStage]) -> Iterator[tuple[int, str]]:
    """Return (index, what cannot work and the remedy), as stages say it of those before them."""
    steps: tuple[Stage, ...] = tuple(stage.value for stage in stages)
    for index, step in enumerate(steps):
        yield from ((index, problem) for problem in step.check(steps[:index]))


def too_large(stage: AnyStage) -> str:
    """Say that a stage does not fit into what its pods are given; empty where it does."""
    size = len(stage.value.model_dump_json(by_alias=True, exclude_none=True).encode())
    if size <= FILE_LIMIT:
        return ""
    most = FILE_LIMIT // 1024
    return f"has {size // 1024} KiB, and a pod is given {most} at most; shorten its lists"


def missing_image(
    stage: AnyStage, own: Execution, roles: Sequence[RoleSettings], defaults: Execution | None
) -> str:
    """Say for which role a stage with a program of its own has no image; empty where all have.

    Args:
        stage: what it does.
        own: what it says of its pods.
        roles: what it says of those of each role.
        defaults: what holds for all stages.
    """
    if own.image or (defaults and defaults.image):
        return ""
    told = {each.role for each in roles if each.image}
    step: Stage = stage.value
    named = (role.name for gang in step.gangs() for role in gang.roles)
    bare = next((r for r in named if step.program(r) is not None and r not in told), None)
    return f"{stage.kind} needs an image for its {bare}" if bare else ""
