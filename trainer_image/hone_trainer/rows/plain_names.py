"""Names for columns that TensorFlow, LiteRT and Arrow all take, whatever a shop calls them."""

import keyword
import re
import unicodedata
from collections.abc import Collection, Iterable

_RESERVED = {"self", "training", "mask", "inputs"}
"""Words that a model's call or its exported signature already uses."""


def plain_names(names: Iterable[str]) -> dict[str, str]:
    """Return each name a plain one: letters, digits and single underscores, a letter first, unique.

    Names that are plain already stay as they are.
    """
    plain: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        base = candidate = _simplify(name)
        number = 2
        while candidate.lower() in taken:
            candidate, number = f"{base}_{number}", number + 1
        taken.add(candidate.lower())
        plain[name] = candidate
    return plain


def free_name(name: str, taken: Collection[str]) -> str:
    """Return a name that is not taken: itself, or with underscores behind it."""
    while name in taken:
        name += "_"
    return name


def _simplify(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    base = re.sub(r"[^A-Za-z0-9]+", "_", letters).strip("_")
    if not base or not base[0].isalpha() or base in _RESERVED or keyword.iskeyword(base):
        base = f"column_{base}".rstrip("_")
    return base
