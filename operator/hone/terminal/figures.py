"""How figures are written for people."""

from collections.abc import Iterable
from datetime import timedelta

from hone.plan.figures import short
from hone_trainer.contract import figures
from hone_trainer.contract.assignment import Metric

UNITS = (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10))


def duration(seconds: float) -> str:
    """Write a length of time: 8 s, 2 min 05 s, 1 h 02 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def between(span: timedelta) -> str:
    """Write the length of a span."""
    return duration(max(span.total_seconds(), 0))


def size(amount: float) -> str:
    """Write a number of bytes."""
    for unit, worth in UNITS:
        if amount >= worth:
            return f"{amount / worth:.1f} {unit}"
    return f"{amount:.0f} B"


def decimal(value: float) -> str:
    """Write a count in full, and other figures as everywhere."""
    if float(value).is_integer() and abs(value) > 1:
        return f"{value:,.0f}"
    return figures.decimal(value)


def headline(metrics: Iterable[Metric]) -> str:
    """Write the first of some metrics: the one that its stage shows first."""
    first = next(iter(metrics), None)
    return "" if first is None else f"{first.name} {short(first.value, ',')}"


def values(metrics: Iterable[Metric]) -> dict[str, float]:
    """Return the metrics that are numbers, by name."""
    found = {}
    for each in metrics:
        try:
            found[each.name] = float(each.value)
        except ValueError:
            continue
    return found
