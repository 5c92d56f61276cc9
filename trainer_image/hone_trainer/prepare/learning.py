"""What cleaning steps learn, one by one, from training rows as the steps before left them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from hone_trainer.prepare.hash_partition import Dropped, buckets
from hone_trainer.prepare.pass_context import PassContext
from hone_trainer.prepare.pass_runner import Leg, PassRunner, legs_of
from hone_trainer.prepare.passes.clean import Steps
from hone_trainer.prepare.passes.seek import Look, Scatter
from hone_trainer.rows.block import Block, join
from hone_trainer.splits.splitting import Places

if TYPE_CHECKING:
    from hone_trainer.prepare.reading import ReadRows


def drawn(context: PassContext, work: str, count: int) -> Block:
    """Return rows that a pass has drawn, of all blocks and parts, in the order of the source."""
    return join([context.block(work, index) for index in range(count)])


def learn(
    context: PassContext,
    runner: PassRunner,
    read: ReadRows,
    places: Places,
    sample: Block,
    fetched: dict[int, Any],
) -> Steps:
    """Have each step learn.

    Args:
        context: the stage and its places.
        runner: runs the passes of steps that look at all rows.
        read: the source.
        places: which part each row is in.
        sample: training rows as they were read.
        fetched: number of a step -> what it has loaded.
    """
    steps = Steps(context)
    seeking = sum(step.value.seeks for step in context.stage.clean)
    legs = iter(legs_of("learning", 2 * seeking))
    for number, step in enumerate(context.stage.clean):
        if step.value.seeks:
            steps.learned.append(_seek(context, runner, read, places, steps, legs))
        elif number in fetched:
            steps.learned.append(fetched[number])
        else:
            seed = context.seed + number
            steps.learned.append(step.value.learn(sample, context.columns, seed))
        last = Steps(context, steps.learned[-1:], number)
        sample = last.apply(sample)[0]
    return steps


def _seek(
    context: PassContext,
    runner: PassRunner,
    read: ReadRows,
    places: Places,
    steps: Steps,
    legs: Iterator[Leg],
) -> Dropped:
    number = len(steps.learned)
    before = Steps(context, list(steps.learned))
    work = Scatter(context, read.blocks, places, before, read.rows)
    scattered = runner.run(f"keys{number}", work, len(read.blocks), next(legs))
    ends = tuple(tuple(facts["ends"]) for facts in scattered)
    look, count = Look(context, number, ends), buckets(read.rows)
    runner.run(f"look{number}", look, count, next(legs))
    found = [
        context.scratch.get(f"look{number}/{index:06d}").column("row").to_numpy()
        for index in range(count)
    ]
    return Dropped.leave(context, f"dropped{number}", read.rows, np.concatenate(found))
