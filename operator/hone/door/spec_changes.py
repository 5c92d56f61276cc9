"""What differs between two specs, field by field: pure, and said in the words of the job file.

Lists whose elements have names are matched by them, so a column that moves up is no change, and a
new one is not a change of all that follow it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from hone_trainer.contract.assignment import compact

NOTHING = "nothing"
SHOWN = 120
"""Characters of a value that are shown."""
MISSING = object()
ANSWER = ("name", "metric", "role")
"""What may tell the elements of a list apart, the first that does."""


@dataclass(frozen=True)
class Change:
    """A field that has another value."""

    field: str
    """Its path, with a stage's name before it."""
    before: str
    after: str

    def __str__(self) -> str:
        """Say it in a line."""
        return f"{self.field}: from {self.before} to {self.after}"


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return what differs, in the order of the specs."""
    rest = [{key: each[key] for key in each if key != "stages"} for each in (before, after)]
    stages = [_by("name", each.get("stages") or []) or {} for each in (before, after)]
    found = [*_differ("", *rest)]
    for name in _keys(*stages):
        one, other = (each.get(name, MISSING) for each in stages)
        if MISSING in (one, other):
            found.append(Change(f"stage {name}", _shown(one), _shown(other)))
        else:
            bare = [{k: v for k, v in each.items() if k != "name"} for each in (one, other)]
            found += _differ(f"stage {name}: ", *bare)
    common = [[name for name in each if all(name in s for s in stages)] for each in stages]
    if common[0] != common[1]:
        found.append(Change("order of stages", *(", ".join(each) for each in common)))
    return tuple(found)


def _differ(at: str, before: Any, after: Any) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        kinds = _kinds(before, after)
        if kinds:
            one, other = (
                {key: each[key]} for key, each in zip(kinds, (before, after), strict=True)
            )
            yield Change(at.removesuffix(": ") or "spec", _shown(one), _shown(other))
        for key in _keys(before, after):
            if key not in kinds:
                pair = (each.get(key, MISSING) for each in (before, after))
                yield from _differ(_joined(at, key), *pair)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(at, before, after)
    else:
        yield Change(at or "spec", _shown(before), _shown(after))


def _lists(at: str, before: list[Any], after: list[Any]) -> Iterator[Change]:
    for word in ANSWER:
        told = _by(word, before), _by(word, after)
        if told[0] is not None and told[1] is not None:
            for name in _keys(told[0], told[1]):
                one, other = (each.get(name, MISSING) for each in (told[0], told[1]))
                yield from _differ(f"{at}[{name}]", one, other)
            return
    if len(before) == len(after):
        for index, pair in enumerate(zip(before, after, strict=True)):
            yield from _differ(f"{at}[{index}]", *pair)
        return
    texts = [[compact(each) for each in given] for given in (before, after)]
    for what, i, j, k, m in SequenceMatcher(a=texts[0], b=texts[1], autojunk=False).get_opcodes():
        if what != "equal":
            yield from (Change(f"{at}[{n}]", _shown(before[n]), NOTHING) for n in range(i, j))
            yield from (Change(f"{at}[{n}]", NOTHING, _shown(after[n])) for n in range(k, m))


def _kinds(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the two kinds where records are choices of different ones: the key is the kind."""
    gone, new = ([k for k in a if k not in b] for a, b in ((before, after), (after, before)))
    if len(gone) != 1 or len(new) != 1:
        return ()
    records = isinstance(before[gone[0]], Mapping) and isinstance(after[new[0]], Mapping)
    return (gone[0], new[0]) if records else ()


def _by(word: str, given: Sequence[Any]) -> dict[str, Any] | None:
    """Return the elements of a list by what tells them apart; None where it does not."""
    if not all(isinstance(each, Mapping) and isinstance(each.get(word), str) for each in given):
        return None
    found = {each[word]: each for each in given}
    return found if len(found) == len(given) else None


def _keys(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys((*before, *after)))


def _joined(at: str, key: str) -> str:
    return f"{at}{key}" if not at or at.endswith(" ") else f"{at}.{key}"


def _shown(value: Any) -> str:
    if value is MISSING or value in (None, [], {}, ""):
        return NOTHING
    if isinstance(value, Mapping) and len(value) == 1 and not next(iter(value.values())):
        return str(next(iter(value)))  # a kind without parameters
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
