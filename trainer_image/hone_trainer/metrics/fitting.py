"""Whether a figure that a stage is asked about can be had of what is predicted. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from hone_trainer.metrics import METRICS, named

PERCENT = 100
"""What people write for the whole where a share is asked for."""
Targets = Mapping[str, frozenset[str]]
"""Target -> what figures can read of the answers to it; the first leads."""


def out_of_reach(field: str, metric: str, bound: float) -> str:
    """Say why a bound says nothing of a figure, and what does; empty where it can be met or missed.

    Args:
        field: where the bound stands.
        metric: a figure that there is.
        bound: its bound.
    """
    low, high = named(metric).limits
    if low <= bound <= high:
        return ""
    if bound < low:
        return f"{field}: {metric} is never below {low:g}: set a bound above it"
    percent = bound <= PERCENT
    remedy = f"for {bound:g} % write {bound / PERCENT:g}" if percent else "set a bound below it"
    return f"{field}: {metric} is never above {high:g}: {remedy}"


def misfit(field: str, metric: str, task: str | None, targets: Targets) -> str:
    """Say why a figure cannot be had, and what helps; empty where it can.

    Args:
        field: where it is asked for.
        metric: the figure.
        task: of which target; of the leading one where nothing is said.
        targets: what is predicted; at least one.
    """
    of = next(iter(targets)) if task is None else task
    if of not in targets:
        return f"{field}.task names {of!r}; prepare.tasks predict {', '.join(targets)}"
    try:
        figure = named(metric)
    except ValueError as unknown:
        return f"{field}.metric: {unknown}"
    if figure.reads <= targets[of]:
        return ""
    fitting = (
        f"{each.key}@10" if "at" in each.model_fields else each.key
        for each in METRICS
        if each.reads <= targets[of]
    )
    return f"{field}.metric: {metric} is no figure of {of!r}; it has {', '.join(fitting)}"
