"""What a job found out, as tables: epochs of training, compression, the test part and its gates.

Nothing here knows what was predicted: figures come with their names.
"""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from hone.terminal.figures import decimal, size
from hone.terminal.findings import Figure, Findings
from hone.terminal.tables import FRAME, Column, draw

COSTS = ("Bytes", "PackagedBytes", "LatencyMicroseconds")
"""Figures of compression that have columns of their own; the one beside them was watched."""

MOST_EPOCHS = 20
"""Epochs that a screen has room for beside all else; of longer courses every n-th is shown."""


def epochs(findings: Findings, width: int) -> RenderableType | None:
    """Draw the leading figure by epoch, a column per member, in as many tables as it takes."""
    last = max((len(line) for line in findings.history), default=0)
    if last == 0 or not findings.leading:
        return None
    kept = findings.kept or (None,) * len(findings.history)
    shown = _shown(last, kept)
    numbers = Column("epoch", [str(epoch + 1) for epoch in shown])
    members = [
        Column(
            f"member {member}",
            [_epoch(line, epoch, findings.leading, number) for epoch in shown],
            whole=True,
        )
        for member, (line, number) in enumerate(zip(findings.history, kept, strict=True))
    ]
    widest = max(member.most for member in members)
    beside = max(1, (width - 1 - FRAME - numbers.least) // (FRAME + widest))
    title = f"{findings.title[:1].upper()}{findings.title[1:]}"
    tables = (
        draw([numbers, *members[first : first + beside]], width, title)
        for first in range(0, len(members), beside)
    )
    notes = ["* kept"] if any(kept) else []
    if len(shown) < last:
        notes.append(f"{len(shown)} of {last:,} epochs are shown")
    if not findings.targets:  # otherwise they stand beside the figures of the test part
        notes += [
            f"a model that knew the truth behind the data: {name} {decimal(value)}"
            for name, value in findings.best_reachable.items()
        ]
    return Group(*tables, Text("\n".join(notes), style="dim"))


def compression(findings: Findings, width: int) -> RenderableType | None:
    """Draw size, watched figure and latency of the model before and after compression."""
    figures = findings.compression
    if not figures:
        return None
    watched = _watched(figures)
    rows = [
        [
            model,
            _sized(figures.get(f"{model}Bytes")),
            _sized(figures.get(f"{model}PackagedBytes")),
            _told(figures.get(f"{model}{watched}")),
            _micro(figures.get(f"{model}LatencyMicroseconds")),
        ]
        for model in ("float", "compressed")
    ]
    if "ratio" in figures:
        packaged = figures.get("packagedRatio")
        rows.append(["times smaller", _times(figures["ratio"]), _times(packaged), "", ""])
    named = f"{watched[:1].lower()}{watched[1:]}"
    heads = ("", "size", "packaged", named, "latency of one row")
    columns = [
        Column(head, cells, rank=int(head == heads[-1]), whole=bool(head))
        for head, cells in zip(heads, zip(*rows, strict=True), strict=True)
        if any(cells)
    ]
    return Group(draw(columns, width, "Compression"), Text(findings.chosen, style="dim"))


def test(findings: Findings, width: int) -> RenderableType | None:
    """Draw the figures on the test part, those of each target alone, and the gates."""
    if not findings.test and not findings.targets:
        return None
    return Group(
        *_blocks(findings, width),
        *(Text(text, style="bold red") for text in findings.defeats),
        *(
            Text(
                f"gate: {text}: {'passed' if passed else 'failed'}",
                style="green" if passed else "red",
            )
            for text, passed in findings.gates
        ),
    )


def _blocks(findings: Findings, width: int) -> Iterator[RenderableType]:
    """Yield a table per target; that of the status where nothing else can be read."""
    if not findings.targets:
        told = findings.test or {}
        values = [_told(value) for value in told.values()]
        yield draw([Column("figure", list(told)), Column("value", values)], width, "Test part")
        return
    for target, figures in findings.targets.items():
        title = "Test part" if len(findings.targets) == 1 else f"Test part: {target}"
        yield draw(_columns(figures, findings.baseline), width, title)
    yield Text(f"{findings.rows:,} rows that nothing else has seen", style="dim")


def _columns(figures: Sequence[Figure], baseline: str) -> list[Column]:
    before = [_told(each.before) for each in figures]
    columns = [
        Column("figure", [each.title for each in figures]),
        Column("before compression", before, 2, whole=True),
        Column(
            "shipped" if any(before) else "value",
            [_told(each.shipped) or "not defined" for each in figures],
            whole=True,
        ),
        Column("95 % interval", [_interval(each) for each in figures], 1, whole=True),
        Column("without features", [_told(each.prior) for each in figures], whole=True),
        Column(baseline, [_told(each.baseline) for each in figures], whole=True),
        Column("best reachable", [_told(each.best) for each in figures], 1, whole=True),
    ]
    return [column for column in columns if any(column.cells)]


def _shown(last: int, kept: Sequence[int | None]) -> list[int]:
    """Return the epochs, from 0, that tell a course: the ends, those kept, and some in between."""
    step = -(-last // MOST_EPOCHS)
    told = {0, last - 1, *range(step - 1, last, step)}
    return sorted(told | {number - 1 for number in kept if number and number <= last})


def _epoch(line: Sequence[Mapping[str, float]], epoch: int, name: str, kept: int | None) -> Text:
    value = line[epoch].get(name) if epoch < len(line) else None
    if value is None:
        return Text("")
    text = decimal(float(value))
    return Text(f"{text} *", style="bold") if epoch + 1 == kept else Text(text)


def _watched(figures: Mapping[str, float]) -> str:
    """Return the figure that compression watched; empty where it was not defined."""
    names = (name.removeprefix("compressed") for name in figures if name.startswith("compressed"))
    return next((n for n in names if n not in COSTS and f"float{n}" in figures), "")


def _interval(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return ""
    return f"{decimal(figure.low)} to {decimal(figure.high)}"


def _told(value: float | None) -> str:
    return "" if value is None else decimal(value)


def _sized(amount: float | None) -> str:
    return "" if amount is None else size(amount)


def _micro(amount: float | None) -> str:
    return "" if amount is None else f"{amount:.1f} µs"


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.2f}"
