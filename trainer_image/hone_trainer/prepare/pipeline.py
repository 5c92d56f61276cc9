"""How a prepare stage goes: read, place, learn, clean, encode; block by block, pass by pass.

Rows are placed in their parts before anything is learned, so that nothing of held-out rows gets
into what is learned. Blocks depend on the source alone and results are joined in its order, so one
pod and many write the same bytes.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from hone_trainer.contract.assignment import Report
from hone_trainer.dataset.schema import Target
from hone_trainer.pod import memory
from hone_trainer.pod.gang import Gang, cores
from hone_trainer.prepare import learning, reading, summary
from hone_trainer.prepare.executor import Executor, serve
from hone_trainer.prepare.pass_context import PassContext
from hone_trainer.prepare.pass_runner import PassRunner
from hone_trainer.prepare.passes.clean import DRAWN, SUMS, Clean
from hone_trainer.prepare.passes.clean import WORK as CLEANED
from hone_trainer.prepare.passes.encode import WORK as ENCODED
from hone_trainer.prepare.passes.encode import Encode
from hone_trainer.prepare.passes.history import remember
from hone_trainer.prepare.passes.survey import OBSERVE, Observe, Survey, Where
from hone_trainer.prepare.passes.survey import WORK as SURVEYED
from hone_trainer.prepare.scratch import Scratch
from hone_trainer.prepare.side_inputs import fetch
from hone_trainer.profile.subsample import thin
from hone_trainer.rows.packing import unpack
from hone_trainer.rows.plain_names import plain_names
from hone_trainer.sources.source import PIECE_BYTES
from hone_trainer.splits.splitting import Ask, Splitting
from hone_trainer.transform.examples import examples
from hone_trainer.transform.transform import Transform

if TYPE_CHECKING:
    from hone_trainer.columns import Column
    from hone_trainer.pod.context import Context
    from hone_trainer.prepare.spec import Prepare

SPANS = {
    "reading": (0.0, 0.5),
    "placing rows": (0.5, 0.52),
    "drawing rows": (0.52, 0.56),
    "learning": (0.56, 0.66),
    "cleaning": (0.66, 0.8),
    "remembering": (0.8, 0.84),
    "writing": (0.84, 0.98),
}
"""About the shares of the time, for a CSV."""
SILENCE_S = 3600.0
"""Longest silence before the pod counts as hung: work in other pods is silent until it ends."""
LEAST_UNSEEN, MOST_UNSEEN = 0.01, 0.2
"""Bounds of the share of ids that training takes for unseen."""
LOOKED_AT = 20_000
"""Rows of each part of which it is said what a model does not get to see."""
BASE_BYTES, TIMES = 400 << 20, 14
"""What a pod takes before the first row, and what a piece becomes with all that is made of it."""


def prepare(stage: Prepare, ctx: Context) -> Report:
    """Run the stage in one pod of its gang."""
    gang = Gang.read(os.environ)
    threads = _threads()
    if not ctx.chief:
        return serve(gang, threads)
    executor = Executor(gang, threads)
    with ctx.heartbeat.beats(SILENCE_S):  # it can be killed at any moment: what is noted stays
        try:
            return _lead(stage, ctx, executor)
        finally:
            executor.close()


def scratch_root(ctx: Context) -> str:
    """Say where all attempts leave what they have in hand."""
    return f"{ctx.task.prefix}/scratch"


def _lead(stage: Prepare, ctx: Context, executor: Executor) -> Report:
    ctx.progress(0.0, "looking at the source")
    columns, inferred = reading.columns(stage, ctx.store)
    pieces = reading.cut(stage, columns, ctx.store)
    fetched = fetch(stage, columns, ctx.store)
    digest = _digest(ctx, pieces, columns, fetched.files)
    context = PassContext(
        stage,
        columns,
        ctx.store.settings,
        ctx.folder,
        f"{scratch_root(ctx)}/{digest}",
        ctx.task.seed,
    )
    scratch = Scratch(ctx.store, context.scratch_folder)
    runner = PassRunner(ctx, executor, scratch, SPANS)
    read = reading.read(context, runner, pieces)

    ask = Ask(read.rows, stage.split.validation, stage.split.test, context.seed, context.label)
    count = len(read.blocks)
    places = stage.split.by.value.settle(_observe(context, runner, read.blocks, ask), ask)
    survey = Survey(context, read.blocks, places, read.rows)
    surveyed = runner.run(SURVEYED, survey, count, "drawing rows")
    before = learning.drawn(context, SURVEYED, count)
    steps = learning.learn(context, runner, read, places, before.part(0), fetched.clean)

    clean = Clean(context, read.blocks, places, steps, read.rows)
    cleaned = runner.run(CLEANED, clean, count, "cleaning")
    summary.require(read, cleaned)
    after = learning.drawn(context, DRAWN, count)
    sums = [unpack(scratch.get(f"{SUMS}/{index:06d}")) for index in range(count)]
    sample = after.part(0)

    def beside(column: str) -> list[Any]:
        return stage.items.counted(column, fetched.items) if stage.items else []

    learned = {
        c.name: c.value.learn(c.name, _counted(sums, c, columns) + beside(c.name), sample)
        | fetched.columns[c.name]
        for c in columns
    }
    augment = tuple(
        fetched.augment[number]
        if number in fetched.augment
        else step.value.learn(_each(sums, f"augment {number}"), columns)
        for number, step in enumerate(stage.augment)
    )
    divided = stage.division.value.learn(sample) if stage.division else None
    targets = _targets(stage, sums)
    shown = tuple(column for column in columns if not column.value.target)
    transform = Transform(
        shown,
        learned,
        targets,
        steps=steps.each_row,
        absent={c.name: c.value.form for c in columns if c.value.target},
    )
    if stage.items is not None:
        transform = stage.items.described(transform, fetched.items)
        targets = transform.targets
    transform = replace(transform, examples=examples(columns, before.part(0), transform))
    histories = remember(context, runner, transform, read)
    encode = Encode(context, transform, augment, histories, divided)
    encoded = runner.run(ENCODED, encode, count, "writing")
    transform = replace(
        transform,
        targets=_shifted(targets, encoded),
        rows=sum(facts["rows"]["train"] for facts in encoded),
        withheld=_withheld(encoded),
    )
    told = summary.tell(context, read, surveyed, steps, cleaned, encoded)
    if lost := transform.losses(thin(after, LOOKED_AT, context.seed)):
        told["lost"] = lost
    if fetched.files:
        told["beside"] = fetched.files
    if inferred:
        told["inferred"] = inferred
    return summary.commit(ctx, context, transform, told, before, after)


def _observe(
    context: PassContext, runner: PassRunner, blocks: tuple[Where, ...], ask: Ask
) -> list[Any]:
    """Return what splitting has to see of each block; nothing is read where it looks at none."""
    if type(context.stage.split.by.value).observe is Splitting.observe:
        return []
    seen = runner.run(OBSERVE, Observe(context, blocks, ask), len(blocks), "placing rows")
    paths = (f"{OBSERVE}/{index:06d}" for index, facts in enumerate(seen) if facts["seen"])
    return [context.scratch.get(path) for path in paths]


def _targets(stage: Prepare, sums: list[dict[str, Any]]) -> tuple[Target, ...]:
    """Learn what the tasks have to know of training rows, before anything is added to them."""
    names = plain_names(task.title for task in stage.predicted)
    found = []
    for number, (task, each) in enumerate(zip(stage.tasks, stage.predicted, strict=True)):
        learned = each.learn(_each(sums, f"task {number}"))
        found.append(Target(name=names[each.title], task=task, learned=learned.dump()))
    return tuple(found)


def _shifted(targets: tuple[Target, ...], encoded: list[dict[str, Any]]) -> tuple[Target, ...]:
    """Let tasks know what they are trained on, augmentation included."""
    found = []
    for target in targets:
        counts = [facts["targets"][target.name]["train"] for facts in encoded]
        tally = [sum(each) for each in zip(*counts, strict=True)]
        rows = sum(facts["told"][target.name] for facts in encoded)
        learned = replace(target.how.shifted(target.facts, tally), rows=rows)
        found.append(Target(name=target.name, task=target.task, learned=learned.dump()))
    return tuple(found)


def _withheld(encoded: list[dict[str, Any]]) -> dict[str, float]:
    """Return as what share of its ids each field is new in the validation part, within bounds."""
    counts = [facts["unseen"] for facts in encoded if facts["unseen"]]
    names = counts[0] if counts else ()
    sums = {name: np.sum([each[name] for each in counts], axis=0) for name in names}
    shares = {name: float(new / max(1, ids)) for name, (new, ids) in sums.items()}
    return {name: min(max(share, LEAST_UNSEEN), MOST_UNSEEN) for name, share in shares.items()}


def _counted(sums: list[dict[str, Any]], column: Column, columns: tuple[Column, ...]) -> list[Any]:
    """Return what was summed up of a column, and of those that have its ids."""
    names = [column.name, *(c.name for c in columns if c.value.borrows == column.name)]
    return [table for name in names for table in _each(sums, f"column {name}")]


def _each(sums: list[dict[str, Any]], name: str) -> list[Any]:
    return [tables[name] for tables in sums if name in tables]


def _digest(ctx: Context, *read: Any) -> str:
    """Return a name for all that decides passes: parameters, code, what was looked at."""
    text = ctx.digest + repr(read)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _threads() -> int:
    most = memory.limit()
    if most is None:
        return cores()
    return max(1, min(cores(), (most - BASE_BYTES) // (TIMES * PIECE_BYTES)))
