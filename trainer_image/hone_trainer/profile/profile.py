"""Look at rows before and after they were cleaned, and say what is worth knowing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hone_trainer.columns import Column
from hone_trainer.profile import account as accounts
from hone_trainer.profile.alone import alone
from hone_trainer.profile.correlations import correlate
from hone_trainer.profile.distributions import match, portray
from hone_trainer.profile.drift import Shift, label_rates, shift_of_numbers, shift_of_texts
from hone_trainer.profile.findings import Findings
from hone_trainer.profile.gaps import map_gaps
from hone_trainer.profile.judge import judge
from hone_trainer.profile.likeness import Likeness, likeness
from hone_trainer.profile.overlaps import repeats, shared_key
from hone_trainer.profile.subsample import thin
from hone_trainer.profile.value_counts import Tally
from hone_trainer.rows.block import Block
from hone_trainer.rows.field import PARTS
from hone_trainer.tasks.task import Task

THIN = 100_000
"""Rows of each part for figures that need values in order."""
THINNER = 50_000
"""Training rows for figures of every two columns."""
NAMED = ("id", "key")
"""Kinds whose values name something."""
NOT_COMPARED = ("key",)
"""Kinds whose values say which row it is and nothing of what it is like."""


def look(
    columns: tuple[Column, ...],
    tasks: tuple[Task, ...],
    before: Block,
    after: Block,
    account: dict[str, Any],
    seed: int = 0,
    keys: tuple[str, ...] | None = None,
) -> Findings:
    """Look at a sample of rows before and after.

    Args:
        columns: what each column is for; those that a block lacks are passed over.
        tasks: what is predicted; those whose label a block lacks are passed over.
        before: rows as they were read, with their parts; a million over all parts is enough.
        after: cleaned rows, without added ones, with the numbers that they had.
        account: what was counted over all rows; its form is described in ``findings.account``.
        seed: of what is drawn where a million rows are too many.
        keys: columns whose equal values must not lie in several parts; every column of the kind
            ``key`` where nothing is said.
    """
    held = set(before.table.column_names) & set(after.table.column_names)
    # A row is as much as its history, which is that of its user.
    owners = {column.value.by for column in columns if column.value.derived} & held
    columns = tuple(column for column in columns if column.name in held)
    tallies = {c.name: Tally.of(after, c) for c in columns if after.form(c.name) == "text"}
    thinned = thin(after, THIN, seed)
    used = tuple(column for column in columns if column.kind not in NOT_COMPARED)
    compared = tuple(column for column in used if column.number is None or column.value.whole)
    predicted = tuple(task for task in tasks if task.hidden <= held)
    label = next((task.label for task in predicted if task.reads == "label"), None)
    numbers = tuple(c.name for c in compared if after.form(c.name) == "number")
    texts = tuple(c.name for c in compared if c.name in tallies)
    if keys is None:
        keys = tuple(column.name for column in columns if column.kind == "key")
    parts: dict[str, int] = {part: int((after.parts == k).sum()) for k, part in enumerate(PARTS)}
    rows = accounts.readable(account), accounts.rows_out(account)
    same = match(before, after)
    findings = Findings(
        account=account,
        sample={"before": len(before), "after": len(after), **parts},
        whole=len(before) >= rows[0] and len(after) >= rows[1],
        columns=tuple(portray(c, before, after, tallies.get(c.name), same) for c in columns),
        gaps=map_gaps(before, tuple(column.name for column in columns)),
        correlations=correlate(thin(after.part(0), THINNER, seed), numbers, texts),
        shifts=_shifts(tuple(c for c in compared if c.name != label), after, thinned, tallies),
        rates=tuple(label_rates(label, after)) if label else (),
        alone=tuple(
            one
            for task in predicted
            for one in alone(task, compared, before, after, thinned, tallies)
        ),
        keys=tuple(shared_key(after, name) for name in keys if name in held),
        repeats=repeats(
            after, tuple(dict.fromkeys([*(column.name for column in used), *sorted(owners)]))
        ),
        likenesses=_likenesses(columns, tallies),
    )
    return replace(findings, cautions=judge(findings, columns))


def _likenesses(columns: tuple[Column, ...], tallies: dict[str, Tally]) -> tuple[Likeness, ...]:
    names = [column.name for column in columns if column.kind in NAMED]
    found = (likeness(name, tallies[name].seen) for name in names)
    return tuple(each for each in found if each is not None)


def _shifts(
    columns: tuple[Column, ...], after: Block, thinned: Block, tallies: dict[str, Tally]
) -> tuple[Shift, ...]:
    found: list[Shift] = []
    for column in columns:
        if column.name in tallies:
            found += shift_of_texts(column.name, after, tallies[column.name])
        # Times of parts that were split by time differ, as they should.
        elif after.form(column.name) == "number":
            found += shift_of_numbers(column.name, thinned)
    return tuple(found)
