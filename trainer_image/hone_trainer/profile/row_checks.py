"""Cautions about the rows and columns themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hone_trainer.columns import Column
from hone_trainer.dataset.divergence import TAME
from hone_trainer.profile import account as accounts
from hone_trainer.profile.caution import Caution, Severity
from hone_trainer.profile.figures import plural, share

if TYPE_CHECKING:
    from hone_trainer.profile.findings import Findings

MANY_MISSING = 0.3
NEARLY_UNIQUE = 0.9
RARE = 0.01
MANY_LONE = 0.3
ALIKE = 0.98
MANY_QUARANTINED = 0.05
MANY_DROPPED = 0.3
MANY_LACKING = 0.05
"""Of rows that lack a value: a model refuses such a row for ever, and a word would have kept it."""
ENOUGH_ROWS = 100
"""With fewer, nothing is said about what is nearly unique."""
MOST_PAIRS = 10
LARGE, HUGE = 1e4, 1e9
"""A model squares what it reads, times its gradient, in 32 bits: beyond the second one a loss is
seldom a number for long."""
MOST_NAMES = 3


def rows_quarantined(found: Findings, columns: tuple[Column, ...]) -> Iterator[Caution]:  # noqa: ARG001
    """Many rows that were unreadable, or broke a rule."""
    total, came = sum(accounts.quarantined(found.account).values()), accounts.rows_in(found.account)
    if came and total / came > MANY_QUARANTINED:
        text = f"{plural(total, 'row')} of {came:,} ({share(total / came)}) were quarantined."
        remedy = "Look at the quarantined rows: the source, a column's kind or a rule is wrong."
        yield Caution("high", "quarantined", "", total / came, text, remedy)


def rows_dropped(found: Findings, columns: tuple[Column, ...]) -> Iterator[Caution]:  # noqa: ARG001
    """Many rows that cleaning dropped."""
    reasons, came = accounts.dropped(found.account), accounts.rows_in(found.account)
    total = sum(reasons.values())
    if came and total / came > MANY_DROPPED:
        most = max(reasons, key=lambda why: reasons[why])
        text = f"{plural(total, 'row')} of {came:,} ({share(total / came)}) were dropped, most of "
        text += f"them for: {most}."
        remedy = "What is left may be unlike what is to come: look at the steps below."
        yield Caution("medium", "dropped", "", total / came, text, remedy)


def rows_lacking(found: Findings, columns: tuple[Column, ...]) -> Iterator[Caution]:
    """Many rows that were dropped as they have no value of a column."""
    reasons, came = accounts.dropped(found.account), accounts.rows_in(found.account)
    texts = {column.name for column in columns if column.value.form == "text"}
    for column in columns:
        rows = reasons.get(f"no {column.name}", 0)
        if not came or rows / came <= MANY_LACKING or column.value.target:
            continue
        text = f"{plural(rows, 'row')} of {came:,} ({share(rows / came)}) were dropped for want of "
        text += f"{column.name}, and a model will refuse such rows."
        way = "word: unknown" if column.name in texts else "fill: median"
        remedy = f"Where rows without it are to be answered, put {{missing: {{{way}, columns: "
        remedy += f"[{column.name}]}}}} first in prepare.clean."
        yield Caution("medium", "lacking", column.name, rows / came, text, remedy)


def empty_files(found: Findings, columns: tuple[Column, ...]) -> Iterator[Caution]:  # noqa: ARG001
    """Files of the source that have no rows."""
    files = found.account.get("source", ())
    empty = [file["uri"] for file in files if file.get("rows") == 0]
    if empty:
        names = ", ".join(empty[:MOST_NAMES]) + (", …" if len(empty) > MOST_NAMES else "")
        text = f"{len(empty)} of {plural(len(files), 'file')} "
        text += f"{'has' if len(empty) == 1 else 'have'} no rows: {names}."
        remedy = "Where there should be some, ask whoever writes them."
        yield Caution("low", "emptyFile", "", len(empty) / len(files), text, remedy)


def float_ids(found: Findings, columns: tuple[Column, ...]) -> Iterator[Caution]:  # noqa: ARG001
    """Ids that the source holds as floating numbers."""
    for name in found.account.get("floats", ()):
        text = f"{name} holds its ids as floating numbers."
        remedy = "Write them as whole numbers or as text: a float holds 15 digits of an id, and a "
        remedy += "text 106.0 is another id than 106."
        yield Caution("medium", "floatIds", name, 0.0, text, remedy)


def large_numbers(found: Findings, columns: tuple[Column, ...]) -> Iterator[Caution]:  # noqa: ARG001
    """Numbers that are large as a model reads them, where most are about 1."""
    for name, size in found.account.get("largest", {}).items():
        if size < LARGE:
            continue
        text = f"{name} reaches {size:.2g} as a model reads it, where others are about 1: "
        text += "it drowns them" + (", and the loss may become no number." if size >= HUGE else ".")
        remedy = TAME.format(name=name)
        remedy = f"{remedy[0].upper()}{remedy[1:]}."
        yield Caution("high" if size >= HUGE else "medium", "large", name, size, text, remedy)


def only_ordering(found: Findings, columns: tuple[Column, ...]) -> Iterator[Caution]:  # noqa: ARG001
    """Numbers that no model reads."""
    for column in columns:
        if column.number is not None and not column.number.whole:
            text = f"{column.name} only says which row comes first: no model reads it."
            remedy = "Where it should, set number.feature: true, or say how by normalize."
            yield Caution("low", "notRead", column.name, 0.0, text, remedy)


def gaps(found: Findings, columns: tuple[Column, ...]) -> Iterator[Caution]:
    """Columns of which much is missing."""
    targets = {column.name for column in columns if column.value.target}
    for column in found.columns:
        portion = found.missing(column.name)
        if portion > MANY_MISSING:
            text = f"{column.name} is missing in {share(portion)} of the rows."
            remedy = "Ask its source why; if that means something, mark it before it is filled."
            if column.name in targets:
                remedy = "These rows teach nothing of it, and are not measured by it."
            yield Caution("medium", "missing", column.name, portion, text, remedy)


def constants(found: Findings, columns: tuple[Column, ...]) -> Iterator[Caution]:
    """Columns that always say the same."""
    targets = {column.name for column in columns if column.value.target}
    for column in found.columns:
        if column.after.distinct > 1 or not column.after.rows:
            continue
        if column.kind == "label":
            if all(accounts.labels(found.account, "train")):
                continue  # rows with label 0 were drawn
            text = f"{column.name} is the same in all rows: there is nothing to learn."
            remedy = "Look at the source, and at what cleaning dropped."
            yield Caution("high", "oneClass", column.name, column.after.distinct, text, remedy)
            continue
        if column.name in targets:
            continue
        alike = "is the same in all rows" if column.after.distinct else "has no value at all"
        text = f"{column.name} {alike}."
        remedy = "It tells a model nothing: take it out of prepare.columns."
        yield Caution("medium", "constant", column.name, column.after.distinct, text, remedy)


def unique_ids(found: Findings, columns: tuple[Column, ...]) -> Iterator[Caution]:
    """Ids of which nearly every row has its own."""
    for name, portion in nearly_unique(found, columns).items():
        text = f"{name} has its own id in nearly every row ({share(portion)}): nothing can be "
        text += "learned of them."
        remedy = "Take it out of prepare.columns, or set its minCount."
        yield Caution("medium", "nearlyUnique", name, portion, text, remedy)


def nearly_unique(found: Findings, columns: tuple[Column, ...]) -> dict[str, float]:
    """Return the id columns of which nearly every row has its own id -> different ids per row."""
    single = {c.name for c in columns if c.kind == "id" and c.value.length == 1}
    portions = {
        column.name: column.after.distinct / known
        for column in found.columns
        if (known := column.after.rows - column.after.missing) >= ENOUGH_ROWS
        and column.name in single
    }
    return {name: portion for name, portion in portions.items() if portion > NEARLY_UNIQUE}


def rare_class(found: Findings, columns: tuple[Column, ...]) -> Iterator[Caution]:
    """A label that is hardly ever 1, or hardly ever 0."""
    rows = sum(rate.rows for rate in found.rates)
    ones = sum((rate.rate or 0) * rate.rows for rate in found.rates)
    if not rows or not 0 < min(ones, rows - ones) / rows < RARE:
        return
    label = next(column.name for column in columns if column.kind == "label")
    rarer = min(ones, rows - ones) / rows
    text = f"{label} is {int(ones < rows / 2)} in {share(rarer)} of the rows."
    remedy = "Judge by AUC or log loss, not by accuracy; add rows of the rare class in "
    remedy += "prepare.augment."
    yield Caution("medium", "rareClass", label, rarer, text, remedy)


def lone_names(found: Findings, columns: tuple[Column, ...]) -> Iterator[Caution]:  # noqa: ARG001
    """Classes or items to be predicted that stand in one row alone."""
    predicted = {one.label for one in found.alone} if found.whole else set[str]()
    for column in found.columns:
        once = int(column.after.figures.get("once", 0))
        if column.kind != "category" or column.name not in predicted or not once:
            continue
        portion = once / (column.after.rows - column.after.missing)
        alone = "stands in one row alone: nothing can be learned of it."
        if once > 1:
            alone = "stand in one row alone: nothing can be learned of them."
        text = f"{plural(once, 'name')} of {column.after.distinct:,} in {column.name} {alone}"
        remedy = "Join rare names to others, or leave their rows out."
        if portion > MANY_LONE:
            remedy = "Predict an amount as a number; join other names that mean the same."
        yield Caution(
            "high" if portion > MANY_LONE else "low", "lone", column.name, portion, text, remedy
        )


def look_alikes(found: Findings, columns: tuple[Column, ...]) -> Iterator[Caution]:  # noqa: ARG001
    """Ids that differ in nothing that a person would see."""
    for one in found.likenesses:
        examples = ", ".join(one.examples)
        text = f"{one.column} has {plural(one.ids, 'id')} of {one.of:,} that differ from another "
        text += f"only by {' or '.join(one.ways)}, such as {examples}: they are learned apart."
        remedy = "Where they mean the same, write them alike in the source."
        severity: Severity = "low" if one.ways == ("case",) else "medium"
        yield Caution(severity, "lookAlike", one.column, one.ids, text, remedy)


def alike(found: Findings, columns: tuple[Column, ...]) -> Iterator[Caution]:
    """Pairs of columns that say the same."""
    label = {column.name for column in columns if column.value.target}
    pairs = [
        (first, second, value, measure)
        for first, second, value, measure in found.correlations.pairs()
        if abs(value) > ALIKE and not label & {first, second}
    ]
    for first, second, value, measure in pairs[:MOST_PAIRS]:
        text = f"{first} says nearly the same as {second}: {measure} {value:.3f}."
        remedy = "One of the two is enough."
        yield Caution("low", "alike", first, abs(value), text, remedy)
