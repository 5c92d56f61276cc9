"""Cautions about what held-out rows can prove: leaks, overlaps and drift."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from hone_trainer.columns import Column
from hone_trainer.profile import account as accounts
from hone_trainer.profile.caution import Caution, Severity
from hone_trainer.profile.drift import Shift
from hone_trainer.profile.figures import plural, share
from hone_trainer.profile.measure import LEAK_AUC
from hone_trainer.profile.row_checks import nearly_unique
from hone_trainer.rows.field import PARTS

if TYPE_CHECKING:
    from hone_trainer.profile.findings import Findings

MANY_REPEATS = 0.01
"""Share of held-out rows seen in training that moves a figure by as much as a model does."""
MANY_UNSEEN = 0.5
RATES_APART = 0.05
"""Label rates that differ by less of themselves are called equal, however many the rows."""


def leaks(found: Findings, columns: tuple[Column, ...]) -> Iterator[Caution]:  # noqa: ARG001
    """Columns that give a label away, by their value or by its absence."""
    for one in found.alone:
        if (one.figure or 0) >= one.leak:
            text = f"{one.column} predicts {one.label} alone: {one.measure} {one.figure:.3f} on "
            text += "validation rows."
            remedy = "If it is written after the fact, take it out of prepare.columns."
            yield Caution("high", "leak", one.column, one.figure or 0, text, remedy)
        if (one.missing or 0) >= LEAK_AUC:
            text = f"{one.column} gives {one.label} away by being missing: AUC {one.missing:.3f}."
            remedy = "Find out who fills it in, and when; till then take it out of prepare.columns."
            yield Caution("high", "missingLeak", one.column, one.missing or 0, text, remedy)


def parted_keys(found: Findings, columns: tuple[Column, ...]) -> Iterator[Caution]:  # noqa: ARG001
    """Keys whose rows lie in several parts."""
    for key in found.keys:
        if key.keys:
            text = f"{key.column} has {plural(key.keys, 'key')} in more than one part; "
            text += f"{plural(key.rows, 'held-out row')} have one of them."
            remedy = "Split by this column in prepare.split, so that its rows stay together."
            yield Caution("high", "partedKey", key.column, key.keys, text, remedy)


def repeated_rows(found: Findings, columns: tuple[Column, ...]) -> Iterator[Caution]:  # noqa: ARG001
    """Held-out rows that training rows hold already."""
    for part in found.repeats[1:]:
        if part.repeated:
            portion = part.repeated / part.rows
            text = f"{plural(part.repeated, 'row')} of the {part.part} part ({share(portion)}) "
            text += f"{'equals' if part.repeated == 1 else 'equal'} a training row in every column."
            remedy = "If rows were written twice, add the step duplicates to prepare.clean; "
            remedy += "if the same did happen again, as clicks do, let them be."
            severity: Severity = "high" if portion >= MANY_REPEATS else "medium"
            yield Caution(severity, "repeatedRows", "", portion, text, remedy)


def drifts(found: Findings, columns: tuple[Column, ...]) -> Iterator[Caution]:  # noqa: ARG001
    """Columns of held-out parts that are unlike those of the training part."""
    for column, shifts in _by_column(found.shifts):
        far = [shift for shift in shifts if shift.drifts]
        if far:
            worst = max(far, key=lambda shift: shift.psi)
            parts = " and ".join(f"{shift.part} (PSI {shift.psi:.2f})" for shift in far)
            text = f"{column} drifts between training and {parts}."
            remedy = "Compare the parts below; train on rows that are like those to come."
            yield Caution("medium", "drift", column, worst.psi, text, remedy)


def unseen_ids(found: Findings, columns: tuple[Column, ...]) -> Iterator[Caution]:
    """Id columns most of whose held-out ids no training row has."""
    ids = {column.name for column in columns if column.kind == "id"}
    ids -= set(nearly_unique(found, columns))
    for column, shifts in _by_column(found.shifts):
        far = [shift for shift in shifts if (shift.unseen or 0) > MANY_UNSEEN]
        if far and column in ids:
            parts = " and ".join(f"{share(shift.unseen or 0)} of {shift.part}" for shift in far)
            text = f"{column} is new in {parts}: no training row has these ids."
            remedy = "An embedding cannot know them: add columns that describe what they stand for."
            worst = max(shift.unseen or 0 for shift in far)
            yield Caution("medium", "unseenIds", column, worst, text, remedy)


def one_label(found: Findings, columns: tuple[Column, ...]) -> Iterator[Caution]:
    """Held-out parts all of whose rows have the same label."""
    label = next((column.name for column in columns if column.kind == "label"), "")
    for value in (0, 1):
        parts = [
            part
            for part in PARTS[1:]
            if (counts := accounts.labels(found.account, part))[value] == sum(counts) > 0
        ]
        if parts:
            text = f"{label} is {value} in all rows of the {' and the '.join(parts)} part: AUC "
            text += "cannot be known there, and the other figures say little."
            remedy = "Split so that both labels are in every part; see prepare.split."
            yield Caution("high", "oneLabel", label, value, text, remedy)


def label_rates(found: Findings, columns: tuple[Column, ...]) -> Iterator[Caution]:
    """Parts in which the label is 1 more or less often than in training."""
    label = next((column.name for column in columns if column.kind == "label"), "")
    if not found.rates or found.rates[0].rate is None:
        return
    taught = found.rates[0]
    for held in found.rates[1:]:
        if held.rate is None or taught.rate is None:
            continue
        both = (held.rate * held.rows + taught.rate * taught.rows) / (held.rows + taught.rows)
        error = (both * (1 - both) * (1 / held.rows + 1 / taught.rows)) ** 0.5
        apart = abs(held.rate - taught.rate)
        if apart > 4 * error and apart > RATES_APART * max(both, 1e-9):
            text = f"{label} is 1 in {share(held.rate)} of the {held.part} part and in "
            text += f"{share(taught.rate)} of the training part."
            remedy = "Split with the same share of either label in every part, if time does not "
            remedy += "forbid it; see prepare.split."
            yield Caution("medium", "labelRate", label, held.rate, text, remedy)


def _by_column(shifts: tuple[Shift, ...]) -> Iterator[tuple[str, list[Shift]]]:
    for name, group in groupby(shifts, key=lambda shift: shift.column):
        yield name, list(group)
