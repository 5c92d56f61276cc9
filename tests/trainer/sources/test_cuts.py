"""Quotation marks and row ends in the middle of a text, against a reader that takes its time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hone_trainer.sources.cuts import last_row_end, marks, past_run, row_end

TEXTS = st.text(alphabet='a,"\n\r', max_size=24).map(str.encode)


def walk(data: bytes, start: int, quoted: bool) -> tuple[list[int], list[int]]:
    """Return the places where inside and outside change, and those after row ends."""
    changes, ends, inside, last = [], [], quoted, -2
    for at in range(start, len(data)):
        before = data[at - 1 : at] if at else b"\n"
        if data[at : at + 1] == b'"' and (
            inside or before in (b",", b"\n", b"\r") or last == at - 1
        ):
            changes.append(at)
            inside, last = not inside, at
        elif data[at : at + 1] == b"\n" and not inside:
            ends.append(at + 1)
    return changes, ends


@given(data=TEXTS, start=st.integers(0, 24), quoted=st.booleans())
def test_marks_and_row_ends_are_those_that_a_walk_finds(
    data: bytes, start: int, quoted: bool
) -> None:
    start = past_run(data, min(start, len(data)))
    changes, ends = walk(data, start, quoted)
    found = marks(data, start, b",").changes(quoted)
    assert found.tolist() == changes
    for at in range(start, len(data)):
        after = [end for end in ends if end > at]
        assert row_end(data, at, found, quoted) == (after[0] if after else -1)


@given(data=TEXTS)
def test_the_last_row_end_is_that_of_a_walk(data: bytes) -> None:
    _, ends = walk(data, 0, False)
    assert last_row_end(data, marks(data, 0, b",").changes(False)) == (ends[-1] if ends else 0)


@given(data=TEXTS, at=st.integers(0, 24))
def test_cuts_put_the_changes_of_both_sides_together(data: bytes, at: int) -> None:
    """What is found before a cut and after it, from where the first part ends, is all there is."""
    at = past_run(data, min(at, len(data)))
    whole = marks(data, 0, b",").changes(False).tolist()
    first = marks(data[:at], 0, b",").changes(False).tolist()
    second = marks(data, at, b",").changes(bool(len(first) % 2)).tolist()
    assert first + second == whole


@pytest.mark.parametrize(
    ("data", "start", "inside"),
    [
        (b'a,"b",c\n', 0, False),
        (b'b",c\n"d",e\n', 1, True),
        (b'once, upon\na time",1\n', 1, True),
        (b'5" wide,6" high\n', 1, False),  # no reading without a mark in the middle: as told
        (b"no marks at all\n", 1, False),
        (b'\n",1,1\n",\n', 1, False),  # both readings are fine: as told
    ],
)
def test_where_a_slice_begins_is_guessed(data: bytes, start: int, inside: bool) -> None:
    assert marks(data, start, b",").guess(quoted=False) == inside


def test_nothing_is_quoted_without_a_delimiter() -> None:
    assert marks(b'{"a":"b"}\n', 0, None).changes(False).tolist() == []
