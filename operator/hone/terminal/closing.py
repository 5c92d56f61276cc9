"""The closing tables: what a job did, how well, how small, and where everything is."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from hone.api.status import JobStatus
from hone.cluster.local_files import Folder
from hone.plan.conditions import cautions_of
from hone.plan.names import Place
from hone.plan.world import when
from hone.terminal.figures import between, headline, percent, size
from hone.terminal.findings import Findings, find
from hone.terminal.stages import COLOURS, elapsed
from hone_trainer.task import Artifact

TAIL = 12
"""Lines of a failed pod's log that are shown."""
NOISE = re.compile(
    r"WARNING: All log messages before absl::InitializeLog|INFO: Created TensorFlow Lite"
    r"|I\d{4} .* port\.cc:\d+\] oneDNN custom operations are on"
)
"""Lines that TensorFlow writes at every start, and that cannot be switched off: they stay in the
log, and are not shown where twelve lines have to tell of a failure."""


def close(console: Console, status: JobStatus, uri: str, state: Path) -> None:
    """Print the closing tables of a job that has ended."""
    findings = find(status, uri)
    for part in (
        stages(status),
        accuracy(findings),
        compression(findings),
        test(findings),
        places(status),
    ):
        if part is not None:
            console.print()
            console.print(part)
    if root := _root([each.uri for each in _shown(status)]):
        console.print(Text(f"below {root}", style="dim"), soft_wrap=True)
    console.print()
    for text in dict.fromkeys(cautions_of(status)):
        console.print(Text(f"caution: {text}", style="yellow"), soft_wrap=True)
    for line in verdict(status, state):
        console.print(line, soft_wrap=True)


def stages(status: JobStatus) -> RenderableType:
    """Draw what each stage did and how long it took."""
    table = _table("Stages", "stage", "kind", "state", "time", "restarts", "result")
    for stage in status.stages:
        table.add_row(
            stage.name,
            stage.kind,
            Text(stage.state, style=COLOURS.get(stage.state, "dim")),
            elapsed(stage, when(status.finished_at)) if status.finished_at else "",
            str(stage.restarts or ""),
            headline(stage.metrics),
        )
    return table


def accuracy(findings: Findings) -> RenderableType | None:
    """Draw validation accuracy by epoch, a column per trained member."""
    epochs = max((len(line) for line in findings.history), default=0)
    if epochs == 0:
        return None
    members = range(len(findings.history))
    table = _table("Validation accuracy", "epoch", *(f"member {m}" for m in members))
    kept = findings.kept or (None,) * len(members)
    for epoch in range(epochs):
        cells = (
            _accuracy(line, epoch, kept=epoch + 1 == number)
            for line, number in zip(findings.history, kept, strict=True)
        )
        table.add_row(str(epoch + 1), *cells)
    notes = "* kept" if any(kept) else ""
    if findings.best_reachable is not None:
        best = percent(findings.best_reachable)
        notes += f"\na model that knew the truth behind the data: {best}"
    return Group(table, Text(notes.strip(), style="dim"))


def compression(findings: Findings) -> RenderableType | None:
    """Draw size, accuracy and latency of the model before and after compression."""
    figures = findings.compression
    if not figures:
        return None
    table = _table("Compression", "", "size", "packaged", "accuracy", "latency of one row")
    for key in ("float", "compressed"):
        table.add_row(
            key,
            _sized(figures.get(f"{key}Bytes")),
            _sized(figures.get(f"{key}PackagedBytes")),
            percent(figures[f"{key}Accuracy"]) if f"{key}Accuracy" in figures else "",
            _micro(figures.get(f"{key}LatencyMicroseconds")),
        )
    if "ratio" in figures:
        packaged = figures.get("packagedRatio")
        table.add_row("times smaller", _times(figures["ratio"]), _times(packaged), "", "")
    return Group(table, Text(findings.chosen, style="dim"))


def test(findings: Findings) -> RenderableType | None:
    """Draw the figures on the test part, and the gates."""
    if not findings.test:
        return None
    before = {name: value for name, value in findings.test.items() if _before(name)}
    heads = ("before compression", "shipped") if before else ("value",)
    table = _table("Test part", "figure", *heads)
    for name, value in findings.test.items():
        if name not in before:
            float_name = f"float{name[0].upper()}{name[1:]}"
            pair = (_figure(before.get(float_name)), _figure(value))
            table.add_row(name, *pair[-len(heads) :])
    gates = (
        Text(
            f"gate: {text}: {'passed' if passed else 'failed'}", style="green" if passed else "red"
        )
        for text, passed in findings.gates
    )
    return Group(table, *gates)


def places(status: JobStatus) -> RenderableType | None:
    """Draw where the artifacts are."""
    shown = _shown(status)
    if not shown:
        return None
    root = _root([each.uri for each in shown])
    table = _table("Artifacts", "artifact", "size", "path")
    order = {stage.name: number for number, stage in enumerate(status.stages)}
    for artifact in sorted(
        shown, key=lambda each: (order.get(each.name.split("/")[0], 0), each.name)
    ):
        path = artifact.uri.removeprefix(f"{root}/")
        table.add_row(artifact.name, size(artifact.size_bytes), path)
    return table


def verdict(status: JobStatus, state: Path) -> Iterator[RenderableType]:
    """Say how it ended; of a failure, the reason and the end of the log."""
    if status.holds("Complete"):
        total = ""
        if status.started_at and status.finished_at:
            total = f" in {between(when(status.finished_at) - when(status.started_at))}"
        yield Text(f"complete{total}", style="bold green")
        pages = [a.uri for a in status.artifacts if a.uri.endswith("report.html")]
        if pages:  # that of the last stage tells of the whole
            yield Text(f"report: {pages[-1]}")
        return
    failed = status.condition("Failed")
    if failed is not None:
        yield Text(f"failed ({failed.reason}): {failed.message}", style="bold red")
    for log in _logs(status, state):
        if not log.exists():
            continue
        every = log.read_text(errors="replace").splitlines()
        lines = [line for line in every if not NOISE.match(line)][-TAIL:]
        yield Text(f"the end of {log}:", style="dim")
        yield Text("\n".join(f"  {line}" for line in lines))


def _logs(status: JobStatus, state: Path) -> Iterator[Path]:
    """Give the log of a pod that failed by itself, for each gang that did."""
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


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column)
    return table


def _accuracy(line: Sequence[Mapping[str, float]], epoch: int, *, kept: bool) -> Text:
    value = line[epoch].get("valAccuracy") if epoch < len(line) else None
    if value is None:
        return Text("")
    return Text(f"{percent(float(value))} *", style="bold") if kept else Text(percent(float(value)))


def _before(name: str) -> bool:
    """Say whether a figure is that of the model before compression: floatAccuracy, floatAuc, …"""
    return name.startswith("float") and name[5:6].isupper()


def _figure(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) > 1 else f"{value:.4f}"


def _sized(amount: float | None) -> str:
    return "" if amount is None else size(amount)


def _shown(status: JobStatus) -> list[Artifact]:
    return [each for each in status.artifacts if not each.name.endswith("/manifest")]


def _root(uris: list[str]) -> str:
    """Give the deepest folder that holds them all."""
    folders = [uri.split("/")[:-1] for uri in uris]
    same = itertools.takewhile(lambda each: len(set(each)) == 1, zip(*folders, strict=False))
    return "/".join(each[0] for each in same)


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"


def _micro(amount: float | None) -> str:
    return "" if amount is None else f"{amount:.1f} µs"
