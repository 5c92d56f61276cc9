"""`hone clean`: what old runs left, shown before any of it goes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from rich.console import Console, RenderableType
from rich.text import Text

from hone.api.run_outcome import ClearedRun, Clearing
from hone.door.answering import Answer, answer, show
from hone.terminal.figures import size
from hone.terminal.tables import Column, draw
from hone_trainer.contract.assignment import Store
from hone_trainer.runs import clearing
from hone_trainer.runs.clearing import Policy, decide
from hone_trainer.runs.inventory import look
from hone_trainer.runs.naming import SHORT
from hone_trainer.runs.places import ARTIFACTS, FIELD
from hone_trainer.runs.removal import clear
from hone_trainer.store.artifact_store import open_store

COLOURS = {"keep": "dim", "trim": "yellow", "remove": "red"}


@dataclass(frozen=True)
class Request:
    """What the command line asks for."""

    artifacts: Store = field(default_factory=lambda: Store(uri=ARTIFACTS))
    older: timedelta = timedelta(days=30)
    unfinished: bool = False
    bundles: bool = False
    yes: bool = False
    """Whether anything is removed; else it is only said what would be."""
    machine: bool = False
    """Whether one object is wanted, and no table."""


def main(request: Request, out: Console, err: Console) -> int:
    """Say what can go, or let it go; give the exit code."""
    return answer(lambda: _answer(request), request.machine, out, err)


def _answer(request: Request) -> Answer:
    policy = Policy(datetime.now(UTC), request.older, request.unfinished, request.bundles)
    store = open_store(request.artifacts, FIELD)
    done = clear(store, policy) if request.yes else decide(look(store), policy)
    said = _said(done, store.root, request)
    return Answer(said, lambda out: show(_parts(said, out.width), out))


def _said(done: clearing.Clearing, root: str, request: Request) -> Clearing:
    runs = tuple(
        ClearedRun(
            run=each.run.run.uid,
            job=f"{each.run.run.namespace}/{each.run.run.job}",
            action=each.action,
            why=each.why,
            frees_bytes=each.frees,
            keeps_bytes=each.run.size - each.frees,
        )
        for each in done.verdicts
    )
    return Clearing(
        artifacts=root,
        done=request.yes,
        frees_bytes=sum(each.frees_bytes for each in runs),
        runs=runs,
    )


def _parts(said: Clearing, width: int) -> Iterator[RenderableType]:
    if not said.runs:
        yield Text(f"no runs in {said.artifacts}")
        return
    runs = said.runs
    columns = [
        Column("run", [each.run[:SHORT] for each in runs], whole=True),
        Column("job", [each.job for each in runs], 1),
        Column("", [Text(each.action, COLOURS[each.action]) for each in runs], whole=True),
        Column("frees", [_size(each.frees_bytes) for each in runs], whole=True, right=True),
        Column("keeps", [_size(each.keeps_bytes) for each in runs], 2, whole=True, right=True),
        Column("why", [each.why for each in runs], 1),
    ]
    yield draw(columns, width, framed=False)
    freed = size(said.frees_bytes)
    if said.done:
        yield Text(f"{freed} freed", style="bold green")
    elif said.frees_bytes:
        yield Text(f"{freed} would be freed: add --yes", style="bold")
    else:
        yield Text("nothing can go", style="bold")


def _size(amount: int) -> str:
    return size(amount) if amount else ""
