"""Figures as people read them."""

from __future__ import annotations


def number(value: float) -> str:
    """Return about four digits; whole numbers keep all of theirs."""
    size = abs(value)
    if value != value or size == float("inf"):
        return "not a number"
    if size >= 1e9 or 0 < size < 1e-3:
        return f"{value:.3g}"
    if size >= 1000 or float(value).is_integer():
        return f"{value:z,.0f}"
    return f"{value:z.4g}"


def share(part: float) -> str:
    """Return a share in per cent; neither nothing nor all is ever rounded up or down to."""
    if part <= 0:
        return "0 %"
    if part >= 1:
        return "100 %"
    if part < 0.001:
        return "< 0.1 %"
    if part > 0.999:
        return "> 99.9 %"
    return f"{100 * part:.1f} %"


def seconds(value: float) -> str:
    """Return a duration."""
    if value < 100:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"


def size(octets: float) -> str:
    """Return a size in bytes."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if octets < 1024:
            return f"{octets:.0f} B" if unit == "B" else f"{octets:.1f} {unit}"
        octets /= 1024
    return f"{octets:.1f} TiB"


def plural(count: int, noun: str) -> str:
    """Return a count with its noun, such as ``1 row`` or ``2,000 rows``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
