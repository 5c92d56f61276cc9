"""`hone compare`: two runs, what went in that was not the same, and what became of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console, RenderableType
from rich.text import Text

from hone.api.run_outcome import CostChange, FigureChange, RunComparison, RunOutcome
from hone.api.run_outcome import SpecChange as Told
from hone.door.answering import Answer, answer, show
from hone.door.figure_changes import cost_changes, figure_changes, stage_changes
from hone.door.run_lines import table, told
from hone.door.run_status import status_of
from hone.door.show import details
from hone.door.spec_changes import NOTHING, Change, changes
from hone.terminal.figures import decimal, duration, size
from hone.terminal.findings import read
from hone.terminal.tables import Column, draw
from hone_trainer.contract.assignment import Store
from hone_trainer.contract.figures import signed
from hone_trainer.runs.naming import SHORT, find
from hone_trainer.runs.places import ARTIFACTS
from hone_trainer.runs.reading import Stored
from hone_trainer.store.artifact_store import ArtifactStore

WORDS = {True: "beyond chance", False: "within chance", None: ""}
DIGEST = 12
"""Characters of a digest that are shown."""


@dataclass(frozen=True)
class Request:
    """What the command line asks for."""

    before: str
    after: str
    artifacts: Store = field(default_factory=lambda: Store(uri=ARTIFACTS))
    machine: bool = False
    """Whether one object is wanted, and no tables."""


def main(request: Request, out: Console, err: Console) -> int:
    """Compare two runs; give the exit code."""
    return answer(lambda: _answer(request), request.machine, out, err)


def _answer(request: Request) -> Answer:
    runs = (find(each, request.artifacts) for each in (request.before, request.after))
    found = compared(*runs)
    return Answer(found, lambda out: show(_parts(found, out.width), out))


def compared(
    before: tuple[ArtifactStore, Stored], after: tuple[ArtifactStore, Stored]
) -> RunComparison:
    """Hold two runs against each other."""
    one, other = details(*before), details(*after)
    inputs = _inputs(*before), _inputs(*after)
    found = [*changes(one.spec, other.spec), *_differ("stage {}: rows", *inputs)]
    found += _differ("version of {}", one.versions, other.versions)
    return RunComparison(
        before=RunOutcome(**told(before[1], before[0])),
        after=RunOutcome(**told(after[1], after[0])),
        changes=tuple(Told(field=c.field, before=c.before, after=c.after) for c in found),
        figures=figure_changes(one, other),
        costs=cost_changes(one, other),
        stages=stage_changes(one, other),
    )


def _differ(what: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for name in before.keys() & after.keys() if "rows" in what else {**before, **after}:
        pair = tuple(each.get(name, NOTHING) for each in (before, after))
        if pair[0] != pair[1]:
            yield Change(what.format(name), *pair)


def _inputs(store: ArtifactStore, found: Stored) -> dict[str, str]:
    """Return stage -> the rows that it read, of stages whose manifest is still there."""
    told = {}
    for stage in status_of(found, store).stages:
        made = read(store.settings, stage.gangs[0].manifest)
        files: Any = made.facts.get("source") if made else None
        if isinstance(files, list) and files:
            count = sum(int(each.get("rows", 0)) for each in files)
            digests = "".join(str(each.get("sha256", "")) for each in files)
            told[stage.name] = f"{count:,}" + (f" (sha256 {digests[:DIGEST]})" if digests else "")
    return told


def _parts(found: RunComparison, width: int) -> Iterator[RenderableType]:
    yield table((found.before, found.after), width)
    yield Text()
    if not found.changes:
        yield Text("spec, rows and versions are the same", style="bold")
    for each in found.changes:
        line = Text(each.field, style="bold")
        yield line.append(f": from {each.before} to {each.after}", "default")
    names = tuple(run.run[:SHORT] for run in (found.before, found.after))
    for task, figures in found.figures.items():
        yield Text()
        title = "Test part" if len(found.figures) == 1 else f"Test part: {task}"
        yield draw(_figures(figures, names), width, title)
    if rows := [*_costs(found)]:
        yield Text()
        columns = [Column("", [r[0] for r in rows])]
        columns += [Column(n, [r[k] for r in rows], whole=True) for k, n in enumerate(names, 1)]
        yield draw(columns, width, "Cost")


def _figures(figures: Mapping[str, FigureChange], names: tuple[str, ...]) -> list[Column]:
    every = list(figures.values())
    return [
        Column("figure", list(figures)),
        Column(names[0], [_value(each.before) for each in every], whole=True),
        Column(names[1], [_value(each.after) for each in every], whole=True),
        Column(
            "difference",
            ["" if f.difference is None else signed(f.difference) for f in every],
            whole=True,
        ),
        Column("95 % interval", [_interval(each) for each in every], 1, whole=True),
        Column("", [WORDS[each.beyond_chance] for each in every], whole=True),
    ]


def _costs(found: RunComparison) -> Iterator[tuple[str, str, str]]:
    named = {
        "sizeBytes": ("size", size),
        "latencyP50Microseconds": ("latency of one row, p50", _micro),
        "latencyP95Microseconds": ("latency of one row, p95", _micro),
        "seconds": ("time", duration),
    }
    for name, cost in found.costs.items():
        title, write = named[name]
        yield title, *_pair(cost, write)
    for name, cost in found.stages.items():
        yield f"time of stage {name}", *_pair(cost, duration)


def _pair(cost: CostChange, write: Any) -> tuple[str, str]:
    before, after = ("" if v is None else write(v) for v in (cost.before, cost.after))
    return before, after


def _value(figure: Any) -> str:
    return "" if figure is None or figure.value is None else decimal(figure.value)


def _interval(change: FigureChange) -> str:
    if change.low is None or change.high is None:
        return ""
    return f"{signed(change.low)} to {signed(change.high)}"


def _micro(amount: float) -> str:
    return f"{amount:.1f} µs"
