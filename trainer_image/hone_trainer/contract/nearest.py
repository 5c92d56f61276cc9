"""Which name was meant by one that nobody knows."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the known name that is spelt most like another one; None where none is.

    Args:
        name: what was written; capitals do not count.
        known: what may stand in its place.
        cutoff: share of letters that have to agree, as ``difflib`` counts them.
    """
    plain = {each.casefold(): each for each in known}
    close = get_close_matches(name.casefold(), plain, 1, cutoff)
    return plain[close[0]] if close else None


def hint(name: str, known: Iterable[str]) -> str:
    """Return " (did you mean …?)"; empty where no name is near."""
    near = nearest(name, known)
    return f" (did you mean {near!r}?)" if near else ""
