"""Reading what somebody else wrote, key by key, so that none is forgotten.

A part of a TFJob is folded over a table: each key meets the rule that says what becomes of it, or
the words that say why nothing does. A key that no table knows is dropped with a note as well.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hone.migrate.notes import Note, dropped

UNKNOWN = "unknown to a TFJob of version 1 and to Hone: correct it if it was meant to do something"


class CannotConvert(Exception):
    """A person has to correct the TFJob; the text names the field and the remedy."""


@dataclass(frozen=True)
class Share:
    """What a part of a TFJob becomes."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    """By the names that Hone has for them."""
    notes: tuple[Note, ...] = ()

    def __add__(self, other: "Share") -> "Share":
        """Return both; where both set something, the later one counts."""
        return Share({**self.settings, **other.settings}, self.notes + other.notes)


Rule = Callable[[Any, str], Share]
"""From the value of a field, and the path at which it stands, to what becomes of it."""


def fold(
    raw: Mapping[str, Any], path: str, rules: Mapping[str, Rule], losses: Mapping[str, str]
) -> Share:
    """Read every key that says something by its rule, in the order of the file."""
    share = Share()
    for key, value in raw.items():
        if value in (None, "", [], {}):
            continue
        rule = rules.get(key) or loss(losses.get(key, UNKNOWN))
        share += rule(value, f"{path}.{key}" if path else key)
    return share


def same(name: str) -> Rule:
    """Take a value as it is."""
    return lambda value, _: Share({name: value})


def silent(_value: Any, _path: str) -> Share:
    """Leave to somebody else to read."""
    return Share()


def loss(text: str) -> Rule:
    """Drop a field, saying why and what helps."""
    return lambda _, path: Share(notes=(dropped(path, text),))


def pairs(value: Any, path: str) -> dict[str, Any]:
    """Return a mapping, empty where nothing is said.

    Raises:
        CannotConvert: it is something else.
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise CannotConvert(f"{path}: must hold `key: value` pairs; correct the indentation there")
    return {str(key): each for key, each in value.items()}


def entries(value: Any, path: str) -> tuple[Any, ...]:
    """Return a list, empty where nothing is said.

    Raises:
        CannotConvert: it is something else.
    """
    if value is None:
        return ()
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise CannotConvert(f"{path}: must be a list; write a hyphen before each of its entries")
    return tuple(value)


def named(value: Any, path: str) -> tuple[tuple[str, dict[str, Any]], ...]:
    """Return the entries of a list whose entries have names, each with its path, ``path[name]``.

    Raises:
        CannotConvert: an entry has none.
    """
    found = []
    for number, each in enumerate(entries(value, path)):
        entry = pairs(each, f"{path}[{number}]")
        if not isinstance(entry.get("name"), str):
            raise CannotConvert(f"{path}[{number}].name: missing; give the entry a name")
        found.append((f"{path}[{entry['name']}]", entry))
    return tuple(found)
