"""The closing tables: what a job did, how well, how small, and where everything is."""

import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console, RenderableType
from rich.text import Text

from hone.api.status import JobStatus
from hone.cluster.local_files import Folder
from hone.plan.conditions import cautions_of
from hone.plan.figures import origins
from hone.plan.names import Place
from hone.plan.world import when
from hone.terminal.figures import between, headline, size
from hone.terminal.findings import find
from hone.terminal.results import compression, epochs, test
from hone.terminal.stages import elapsed, state
from hone.terminal.tables import Column, draw
from hone_trainer.contract.assignment import Artifact, Store
from hone_trainer.runs.naming import BUNDLE

ENDING = f"/{BUNDLE}"
TAIL = 12
"""Lines of a failed pod's log that are shown."""
NOISE = re.compile(
    r"WARNING: All log messages before absl::InitializeLog|INFO: Created TensorFlow Lite"
    r"|I\d{4} .* port\.cc:\d+\] oneDNN custom operations are on"
)
"""Lines that TensorFlow writes at every start, and that cannot be switched off: they stay in the
log, and are not shown where twelve lines have to tell of a failure."""


def close(console: Console, status: JobStatus, store: Store, state: Path | None = None) -> None:
    """Print the closing tables of a job that has ended.

    Args:
        console: where they go.
        status: how it ended.
        store: of its artifacts.
        state: the folder with its record and logs, where it ran on this machine.
    """
    findings = find(status, store)
    for part in (
        stages(status, console.width),
        epochs(findings, console.width),
        compression(findings, console.width),
        test(findings, console.width),
        places(status, console.width),
    ):
        if part is not None:
            console.print()
            console.print(part)
    if root := _root([each.uri for each in _shown(status)]):
        console.print(Text(f"below {root}", style="dim"), soft_wrap=True)
    console.print()
    for text in dict.fromkeys(cautions_of(status)):
        if any(text.endswith(said) for said in findings.defeats):
            continue
        console.print(Text(f"caution: {text}", style="yellow"), soft_wrap=True)
    for line in verdict(status, state):
        console.print(line, soft_wrap=True)


def stages(status: JobStatus, width: int) -> RenderableType:
    """Draw what each stage did and how long it took."""
    every, end = status.stages, when(status.finished_at) if status.finished_at else None
    columns = [
        Column("stage", [each.name for each in every]),
        Column("kind", [each.kind for each in every], 2),
        Column("state", [state(each) for each in every]),
        Column("time", [elapsed(each, end) if end else "" for each in every], 1, whole=True),
        Column("result", [headline(each.metrics) for each in every]),
    ]
    if any(each.restarts for each in every):
        columns.insert(4, Column("restarts", [str(each.restarts or "") for each in every], 3))
    if any(gang.reused for each in every for gang in each.gangs):
        columns.append(Column("reused from", [", ".join(origins(each)) for each in every], 4))
    return draw(columns, width, "Stages")


def places(status: JobStatus, width: int) -> RenderableType | None:
    """Draw where the artifacts are."""
    order = {stage.name: number for number, stage in enumerate(status.stages)}
    shown = sorted(
        _shown(status), key=lambda each: (order.get(each.name.split("/")[0], 0), each.name)
    )
    if not shown:
        return None
    root = _root([each.uri for each in shown])
    columns = [
        Column("artifact", [each.name for each in shown], 1),
        Column("size", [size(each.size_bytes) for each in shown], whole=True),
        Column("path", [each.uri.removeprefix(f"{root}/") for each in shown]),
    ]
    return draw(columns, width, "Artifacts")


def verdict(status: JobStatus, state: Path | None) -> Iterator[RenderableType]:
    """Say how it ended; of a failure, the reason and the end of the log."""
    if status.holds("Complete"):
        total = ""
        if status.started_at and status.finished_at:
            total = f" in {between(when(status.finished_at) - when(status.started_at))}"
        yield Text(f"complete{total}", style="bold green")
        yield from _report(status.artifacts)
        yield from _bundle(status.artifacts)
        return
    failed = status.condition("Failed")
    if failed is not None:
        yield Text(f"failed ({failed.reason}): {failed.message}", style="bold red")
    lost = tuple(f"{stage.name}/" for stage in status.stages if stage.state == "Failed")
    yield from _report(each for each in status.artifacts if each.name.startswith(lost))
    for log in _logs(status, state) if state else ():
        if not log.exists():
            continue
        every = log.read_text(errors="replace").splitlines()
        lines = [line for line in every if not NOISE.match(line)][-TAIL:]
        yield Text(f"the end of {log}:", style="dim")
        yield Text("\n".join(f"  {line}" for line in lines))


def _report(artifacts: Iterable[Artifact]) -> Iterator[RenderableType]:
    """Say where the report is; that of the last stage tells of the whole."""
    pages = [each.uri for each in artifacts if each.uri.endswith("report.html")]
    if pages:
        yield Text(f"report: {pages[-1]}")


def _bundle(artifacts: Iterable[Artifact]) -> Iterator[RenderableType]:
    """Say where the bundle is, by the folder that `hone predict` and `hone serve` take."""
    folders = [uri.removesuffix(ENDING) for a in artifacts if (uri := a.uri).endswith(ENDING)]
    if folders:
        yield Text(f"bundle: {folders[-1]}")


def _logs(status: JobStatus, state: Path) -> Iterator[Path]:
    """Return the log of a pod that failed by itself, for each gang that did."""
    folder = Folder(state)
    failed = {
        (place.stage, place.member, place.attempt): name
        for name, pod in folder.children().pods.items()
        if pod["status"]["phase"] == "Failed"
        for place in [Place.of(pod["metadata"]["labels"])]
    }
    for stage in status.stages:
        for gang in stage.gangs:
            pod = failed.get((stage.name, gang.member, gang.attempt))
            if pod is not None and gang.state == "Failed" and gang.reason != "Stopped":
                yield folder.log(pod)


def _shown(status: JobStatus) -> list[Artifact]:
    return [each for each in status.artifacts if not each.name.endswith("/manifest")]


def _root(uris: list[str]) -> str:
    """Return the deepest folder that holds them all."""
    folders = [uri.split("/")[:-1] for uri in uris]
    same = itertools.takewhile(lambda each: len(set(each)) == 1, zip(*folders, strict=False))
    return "/".join(each[0] for each in same)
