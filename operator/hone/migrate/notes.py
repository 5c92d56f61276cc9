"""What a conversion has to say: the field it came from, what that became, and what helps.

Nothing is passed over in silence: each field of a TFJob is in the job that comes out, or in one of
these notes. They name fields and never repeat values: there may be a password in them.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

Kind = Literal["changed", "dropped", "check"]
TITLES: dict[Kind, str] = {
    "changed": "changed",
    "dropped": "not carried over",
    "check": "to check before the first run",
}
STAGE = "spec.stages[0]"
"""Where the one stage of the new job stands."""
ROLE = re.compile(r"^(spec\.tfReplicaSpecs\.)([^.]+)(.*)$")


@dataclass(frozen=True)
class Note:
    """One thing that people should know."""

    kind: Kind
    field: str
    """Where it stands in the TFJob."""
    text: str
    """What that means, and the remedy where one is needed."""
    became: str = ""
    """Where it stands in the OptimizationJob; empty where nowhere."""


def changed(field: str, became: str, text: str) -> Note:
    """Say that a field is called, or works, otherwise."""
    return Note("changed", field, text, became)


def dropped(field: str, text: str) -> Note:
    """Say that a field has no counterpart, and what to do instead."""
    return Note("dropped", field, text)


def check(field: str, text: str, became: str = "") -> Note:
    """Say what only a person can decide."""
    return Note("check", field, text, became)


def lines(notes: Sequence[Note]) -> Iterator[str]:
    """Write notes for people, by kind; what several roles have in common is said once."""
    for kind, title in TITLES.items():
        told = tuple(note for note in notes if note.kind == kind)
        if told:
            yield f"{title}:"
            yield from (f"  {line}" for line in _together(told))


def _together(notes: Iterable[Note]) -> Iterator[str]:
    said: dict[tuple[str, ...], list[Note]] = {}
    for note in notes:
        said.setdefault((note.became, note.text, _behind(note.field)), []).append(note)
    for (became, text, _), group in said.items():
        arrow = f" → {became}" if became else ""
        yield f"{_joined([note.field for note in group])}{arrow}: {text}"


def _behind(field: str) -> str:
    """Return what stands behind the role in a path."""
    found = ROLE.match(field)
    return found[3] if found else field


def _joined(fields: Sequence[str]) -> str:
    """Return paths that differ in their role only as one: ``….{Chief,Worker}.template``."""
    distinct = [field for field, _ in groupby(fields)]
    found = [ROLE.match(field) for field in distinct]
    if len(distinct) == 1 or not all(found):
        return distinct[0]
    roles = ",".join(match[2] for match in found if match)
    return ROLE.sub(rf"\g<1>{{{roles}}}\g<3>", distinct[0])
