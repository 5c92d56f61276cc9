"""`hone show`: one run, as its job ended: spec, stages, figures, artifacts, bundle."""

from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from rich.console import Console
from rich.text import Text

from hone.api import dialect
from hone.api.job import JobSpec
from hone.api.run_outcome import RunDetails
from hone.door.answering import Answer, answer
from hone.door.run_lines import told
from hone.door.run_status import status_of
from hone.terminal.closing import close
from hone.terminal.outcome import outcome
from hone_trainer.contract.assignment import Store
from hone_trainer.runs.naming import bundle_of, find
from hone_trainer.runs.places import ARTIFACTS
from hone_trainer.runs.reading import Stored
from hone_trainer.store.artifact_store import ArtifactStore


@dataclass(frozen=True)
class Request:
    """What the command line asks for."""

    run: str
    artifacts: Store = field(default_factory=lambda: Store(uri=ARTIFACTS))
    machine: bool = False
    """Whether one object is wanted, and no tables."""


def main(request: Request, out: Console, err: Console) -> int:
    """Show a run; give the exit code."""
    return answer(lambda: _answer(request), request.machine, out, err)


def _answer(request: Request) -> Answer:
    store, found = find(request.run, request.artifacts)
    about = details(store, found)
    return Answer(about, lambda out: _draw(out, store, found, about))


def details(store: ArtifactStore, found: Stored) -> RunDetails:
    """Return all that is known of a run."""
    run, status = found.run, status_of(found, store)
    ended = outcome(f"{run.namespace}/{run.job}", status, store.settings, frozenset())
    failed = status.condition("Failed")
    last = run.last()
    return RunDetails(
        **told(found, store),
        message=failed.message if failed else "",
        versions=last[-1].versions if last else {},
        spec=run.spec,
        stages=ended.stages,
        figures=ended.figures,
        size=ended.size,
        latency=ended.latency,
        artifacts=ended.artifacts,
        bundle=bundle_of(found, store) or None,
    )


def _draw(out: Console, store: ArtifactStore, found: Stored, about: RunDetails) -> None:
    def say(text: str, style: str = "") -> None:
        out.print(Text(text, style=style), soft_wrap=True)

    say(f"run {about.run} of job {about.job}", "bold")
    say(", ".join(f"{name} {of}" for name, of in about.versions.items()), "dim")
    out.print()
    say(dialect.write([_asked(about.spec)], width=120).rstrip())
    close(out, status_of(found, store), store.settings)
    if about.state == "Unfinished":
        say("unfinished: it is at work, was stopped, or ended without a word", "yellow")
    if about.bundle:
        say(f"bundle: {about.bundle}")


def _asked(spec: dict[str, Any]) -> dict[str, Any]:
    """Return a spec as short as somebody would write it, where this version understands it."""
    try:
        read = JobSpec.model_validate(spec)
    except ValidationError:
        return {"spec": spec}
    short = read.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {"spec": _named_first(short)}


def _named_first(said: Any) -> Any:
    """Return a spec with the name of everything before the rest of it."""
    if isinstance(said, list):
        return [_named_first(each) for each in said]
    if not isinstance(said, dict):
        return said
    first = {"name": said["name"]} if "name" in said else {}
    return first | {key: _named_first(value) for key, value in said.items()}
