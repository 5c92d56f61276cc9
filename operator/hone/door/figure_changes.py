"""What became of the figures between two runs, and whether that is more than chance: pure.

The interval of a difference is made of those of its two figures (MOVER; Zou and Donner 2008),
which need not be symmetric. It takes them for independent. Runs that were judged on the same rows
are not: then it is too wide, and what is called beyond chance is so all the more.
"""

import math
from collections.abc import Mapping

from hone.api.outcome import FigureOutcome
from hone.api.run_outcome import CostChange, FigureChange, RunDetails

PART = "test"


def figure_changes(before: RunDetails, after: RunDetails) -> dict[str, dict[str, FigureChange]]:
    """Return task -> figure -> what became of it."""
    tasks = dict.fromkeys((*before.figures, *after.figures))
    return {
        task: {
            name: figure_change(*(each.get(name) for each in pair))
            for name in dict.fromkeys((*pair[0], *pair[1]))
        }
        for task in tasks
        for pair in [tuple(run.figures.get(task, {}).get(PART, {}) for run in (before, after))]
    }


def figure_change(before: FigureOutcome | None, after: FigureOutcome | None) -> FigureChange:
    """Hold a figure of one run against that of another."""
    told = FigureChange(before=before, after=after)
    if before is None or after is None or before.value is None or after.value is None:
        return told
    difference = after.value - before.value
    told = told.model_copy(update={"difference": difference})
    ends = (before.low, before.high, after.low, after.high)
    if any(end is None for end in ends):
        return told
    down = math.hypot(after.value - (after.low or 0.0), (before.high or 0.0) - before.value)
    up = math.hypot((after.high or 0.0) - after.value, before.value - (before.low or 0.0))
    low, high = difference - down, difference + up
    return told.model_copy(update={"low": low, "high": high, "beyond_chance": low > 0 or high < 0})


def cost_changes(before: RunDetails, after: RunDetails) -> dict[str, CostChange]:
    """Return what became of size, latency and time, as far as either run has them."""
    pair = _costs(before), _costs(after)
    return _pairs(*pair)


def stage_changes(before: RunDetails, after: RunDetails) -> dict[str, CostChange]:
    """Return the seconds of each stage."""
    one, other = (
        {stage.name: stage.seconds for stage in run.stages if stage.seconds is not None}
        for run in (before, after)
    )
    return _pairs(one, other)


def _costs(run: RunDetails) -> dict[str, float]:
    told = {
        "sizeBytes": run.size.bytes if run.size else None,
        "latencyP50Microseconds": run.latency.p50 if run.latency else None,
        "latencyP95Microseconds": run.latency.p95 if run.latency else None,
        "seconds": run.seconds,
    }
    return {name: value for name, value in told.items() if value is not None}


def _pairs(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, CostChange]:
    return {
        name: CostChange(before=before.get(name), after=after.get(name))
        for name in dict.fromkeys((*before, *after))
    }
