"""`hone runs`: what was run, off the records that pods keep beside what they make."""

from dataclasses import dataclass, field

from rich.console import Console

from hone.api.run_outcome import RunList, RunOutcome
from hone.door.run_lines import table, told
from hone_trainer.contract.assignment import StageFailure, Store
from hone_trainer.runs.places import ARTIFACTS, FIELD
from hone_trainer.runs.reading import stored
from hone_trainer.store.artifact_store import open_store

OK, WRONG = 0, 2


@dataclass(frozen=True)
class Request:
    """What the command line asks for."""

    artifacts: Store = field(default_factory=lambda: Store(uri=ARTIFACTS))
    job: str = ""
    """Of which job alone, with or without its namespace."""
    machine: bool = False
    """Whether one object is wanted, and no table."""


def main(request: Request, out: Console, err: Console) -> int:
    """List runs; give the exit code."""
    try:
        store = open_store(request.artifacts, FIELD)
        found = [each for each in stored(store) if _asked(request.job, each.run.home)]
    except StageFailure as failure:
        err.print(failure.message, style="red", soft_wrap=True, markup=False, highlight=False)
        return WRONG
    lines = tuple(RunOutcome(**told(each, store)) for each in found)
    if request.machine:
        said = RunList(artifacts=store.root, runs=lines)
        out.file.write(said.model_dump_json(by_alias=True) + "\n")
        return OK
    if not lines:
        of = f" of job {request.job}" if request.job else ""
        out.print(f"no runs{of} in {store.root}", markup=False, highlight=False, soft_wrap=True)
        return OK
    out.print(table(lines, out.width))
    return OK


def _asked(job: str, home: str) -> bool:
    namespace, name, _ = home.split("/")
    return job in ("", name, f"{namespace}/{name}")
