"""Amounts in the notation of Kubernetes: read exactly, made to grow, written as people would."""

import math
import re
from fractions import Fraction

QUANTITY = r"^\+?([0-9]+\.?[0-9]*|\.[0-9]+)([numkMGTPE]|[KMGTPE]i|[eE][-+]?[0-9]{1,3})?$"
"""What Kubernetes takes, less signs that make it negative and exponents that nobody can mean."""
UNITS = {
    "n": Fraction(1, 10**9),
    "u": Fraction(1, 10**6),
    "m": Fraction(1, 1000),
    "": Fraction(1),
    "k": Fraction(1000),
    **{letter: Fraction(1000) ** power for power, letter in enumerate("MGTPE", 2)},
    **{f"{letter}i": Fraction(1024) ** power for power, letter in enumerate("KMGTPE", 1)},
}
BINARY = ("Ei", "Pi", "Ti", "Gi", "Mi", "Ki", "")
STEP = UNITS["Mi"]
"""What grows is rounded up to this: nobody reads memory by the byte."""
MOST_GROWN = 1000
"""A record may say that it grew two thousand million times, a power that would take for ever."""


def amount(text: str) -> Fraction:
    """Read an amount: ``500m`` is a half, ``1Ki`` is 1024, ``129e6`` is 129 million.

    Raises:
        ValueError: the text is no amount.
    """
    found = re.fullmatch(QUANTITY, text)
    if found is None:
        raise ValueError(f"{text!r} must be an amount such as 500m, 4Gi or 1")
    number, unit = Fraction(found[1]), found[2] or ""
    return number * (UNITS[unit] if unit in UNITS else Fraction(10) ** int(unit[1:]))


def written(whole: int) -> str:
    """Write a whole number of bytes with the largest binary unit that needs no fraction."""
    unit = next((unit for unit in BINARY if whole and whole % UNITS[unit] == 0), "")
    return f"{whole // UNITS[unit]}{unit}"


def grown(text: str, factor: float, times: int, bound: str) -> str:
    """Return an amount multiplied so many times, at most the bound, and never less than it was.

    Args:
        text: the amount.
        factor: by which it grows each time.
        times: how often it has grown.
        bound: the most it becomes; written as it stands once it is reached.
    """
    start, most = amount(text), amount(bound)
    if times == 0 or start >= most:
        return text
    times = min(times, MOST_GROWN)
    wanted = math.ceil(start * Fraction(str(factor)) ** times / STEP) * STEP
    return bound if wanted >= most else written(int(wanted))
