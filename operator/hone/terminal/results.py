"""What a job found out, as tables: accuracy by epoch, compression, the test part and its gates."""

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from hone.terminal.figures import percent, size
from hone.terminal.findings import Findings
from hone.terminal.tables import FRAME, Column, draw

ACCURACY = len("100.00 % *")


def accuracy(findings: Findings, width: int) -> RenderableType | None:
    """Draw validation accuracy by epoch, a column per member, in as many tables as it takes."""
    epochs = max((len(line) for line in findings.history), default=0)
    if epochs == 0:
        return None
    numbers = Column("epoch", [str(epoch + 1) for epoch in range(epochs)])
    kept = findings.kept or (None,) * len(findings.history)
    members = [
        Column(
            f"member {member}",
            [_accuracy(line, epoch, kept=epoch + 1 == number) for epoch in range(epochs)],
            whole=True,
        )
        for member, (line, number) in enumerate(zip(findings.history, kept, strict=True))
    ]
    beside = max(1, (width - 1 - FRAME - numbers.least) // (FRAME + ACCURACY))
    tables = (
        draw([numbers, *members[first : first + beside]], width, "Validation accuracy")
        for first in range(0, len(members), beside)
    )
    notes = "* kept" if any(kept) else ""
    if findings.best_reachable is not None:
        best = percent(findings.best_reachable)
        notes += f"\na model that knew the truth behind the data: {best}"
    return Group(*tables, Text(notes.strip(), style="dim"))


def compression(findings: Findings, width: int) -> RenderableType | None:
    """Draw size, accuracy and latency of the model before and after compression."""
    figures = findings.compression
    if not figures:
        return None
    rows = [
        [
            model,
            _sized(figures.get(f"{model}Bytes")),
            _sized(figures.get(f"{model}PackagedBytes")),
            percent(figures[f"{model}Accuracy"]) if f"{model}Accuracy" in figures else "",
            _micro(figures.get(f"{model}LatencyMicroseconds")),
        ]
        for model in ("float", "compressed")
    ]
    if "ratio" in figures:
        packaged = figures.get("packagedRatio")
        rows.append(["times smaller", _times(figures["ratio"]), _times(packaged), "", ""])
    heads = ("", "size", "packaged", "accuracy", "latency of one row")
    columns = [
        Column(head, cells, rank=int(head == heads[-1]), whole=bool(head))
        for head, cells in zip(heads, zip(*rows, strict=True), strict=True)
    ]
    return Group(draw(columns, width, "Compression"), Text(findings.chosen, style="dim"))


def test(findings: Findings, width: int) -> RenderableType | None:
    """Draw the figures on the test part, and the gates."""
    if not findings.test:
        return None
    before = {name: value for name, value in findings.test.items() if _before(name)}
    shipped = {
        name: _figure(value) for name, value in findings.test.items() if name not in before
    } | dict.fromkeys(findings.unknown, "unknown")
    columns = [
        Column("figure", list(shipped)),
        Column(
            "shipped" if before else "value",
            list(shipped.values()),
            whole=True,
        ),
    ]
    if before:
        floats = [_figure(before.get(f"float{name[0].upper()}{name[1:]}")) for name in shipped]
        columns.insert(1, Column("before compression", floats, whole=True))
    gates = (
        Text(
            f"gate: {text}: {'passed' if passed else 'failed'}", style="green" if passed else "red"
        )
        for text, passed in findings.gates
    )
    return Group(draw(columns, width, "Test part"), *gates)


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


def _micro(amount: float | None) -> str:
    return "" if amount is None else f"{amount:.1f} µs"


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"
