"""The promise of a conversion, on TFJobs that nobody wrote: nothing is dropped in silence."""

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone.migrate.kinds import sort
from hone.migrate.reading import CannotConvert
from hone.migrate.tfjob import Converted, Wishes, convert
from tests.migrate.builders import Raw
from tests.migrate.strategies import MARK, tfjobs

pytestmark = pytest.mark.slow


def numbered(value: Any, marks: Iterator[int]) -> Any:
    """Tell all marks apart, so that none is mistaken for another."""
    if isinstance(value, dict):
        return {key: numbered(each, marks) for key, each in value.items()}
    if isinstance(value, list):
        return [numbered(each, marks) for each in value]
    return f"{MARK}{next(marks)}" if value == MARK else value


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of a TFJob with its path, as notes write it: entries with names go by these."""
    if isinstance(value, dict):
        for key, each in value.items():
            if not (key == "name" and path.endswith("]")):
                yield from leaves(each, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            name = each.get("name") if isinstance(each, dict) else None
            named = name if name and not path.endswith(".ports") else number
            yield from leaves(each, f"{path}[{named}]")
    else:
        yield path, value


def told(path: str, done: Converted) -> bool:
    """Whether a note is about this field, or says of what it is a part of where that went."""
    return any(
        path == note.field
        or (note.kind != "check" and path.startswith((f"{note.field}.", f"{note.field}[")))
        for note in done.notes
    )


def words(value: Any) -> Iterator[str]:
    """Every leaf of a job as text."""
    return (str(leaf) for _, leaf in leaves(value))


READ = ("apiVersion", "kind", "metadata.name", "spec.successPolicy")
"""What every TFJob has, and whose meaning the job has without the word."""
SAYS_NOTHING = (".replicas", ".restartPolicy", ".suspend", ".runAsUser", ".readOnlyRootFilesystem")
"""Numbers and flags that others share: the tables have tests for each of them."""


@settings(max_examples=80, deadline=None)
@given(tfjobs)
def test_every_field_is_in_the_job_or_in_a_note(raw: Raw) -> None:
    raw = numbered(raw, count(1000))
    done = convert(raw, Wishes())
    kept = set(words(done.job))
    silent = [
        path
        for path, leaf in leaves(raw)
        if leaf not in (None, "", [], {})
        and path not in READ
        and not path.endswith(SAYS_NOTHING)
        and str(leaf) not in kept
        and not told(path, done)
    ]
    assert not silent


@settings(max_examples=30, deadline=None)
@given(tfjobs)
def test_no_note_repeats_a_value(raw: Raw) -> None:
    for note in convert(numbered(raw, count()), Wishes()).notes:
        assert MARK not in f"{note.field} {note.text} {note.became}"


rubbish = st.sampled_from(
    [None, 0, -1, 1.5, True, "", "x", [], ["x"], [None], {}, {"x": 1}, {"name": 3}]
)


def places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in a TFJob."""
    if here:
        yield here
    if isinstance(value, dict | list):
        steps = value.items() if isinstance(value, dict) else enumerate(value)
        for step, each in steps:
            yield from places(each, (*here, step))


def refusal(raw: Raw) -> str:
    """Why a TFJob cannot be converted; empty where it can."""
    try:
        found, _ = sort([raw])
        for each in found:
            convert(each, Wishes())
    except CannotConvert as refused:
        return str(refused)
    return ""


@settings(max_examples=60, deadline=None)
@given(tfjobs, st.data())
def test_rubbish_is_explained_or_carried_over_but_never_a_crash(
    raw: Raw, data: st.DataObject
) -> None:
    *path, last = data.draw(st.sampled_from(list(places(raw))))
    at: Any = raw
    for step in path:
        at = at[step]
    at[last] = data.draw(rubbish)
    assert re.match(r"$|[\w.\[\] -]+: .+; \w+", refusal(raw))
