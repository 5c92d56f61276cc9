"""`hone runs`: what was run, off the records that pods keep beside what they make."""

from dataclasses import dataclass, field

from rich.console import Console
from rich.text import Text

from hone.api.run_outcome import RunList, RunOutcome
from hone.door.answering import Answer, answer, show
from hone.door.run_lines import table, told
from hone_trainer.contract.assignment import Store
from hone_trainer.runs.places import ARTIFACTS, FIELD
from hone_trainer.runs.reading import stored
from hone_trainer.store.artifact_store import open_store


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
    return answer(lambda: _answer(request), request.machine, out, err)


def _answer(request: Request) -> Answer:
    store = open_store(request.artifacts, FIELD)
    found = [each for each in stored(store) if _asked(request.job, each.run.home)]
    lines = tuple(RunOutcome(**told(each, store)) for each in found)
    of = f" of job {request.job}" if request.job else ""
    none = Text(f"no runs{of} in {store.root}")
    return Answer(
        RunList(artifacts=store.root, runs=lines),
        lambda out: show([table(lines, out.width) if lines else none], out),
    )


def _asked(job: str, home: str) -> bool:
    namespace, name, _ = home.split("/")
    return job in ("", name, f"{namespace}/{name}")
