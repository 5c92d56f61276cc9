"""Columns give way by rank, words stay whole as long as they can, and nothing is cut."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hone.terminal.tables import GAP, Column, draw, fitting, widths
from tests.terminal.statuses import drawn

NAME = Column("name", ["train", "evaluate"])
FIGURE = Column("figure", ["whatever 0.5", ""], 2)
TIME = Column("time", ["1 min 05 s", "3 s"], 1, whole=True)


def names(room: int) -> list[str]:
    return [column.name for column in fitting([NAME, FIGURE, TIME], room, GAP)]


def test_columns_go_by_rank_and_come_back_where_a_narrower_one_fits() -> None:
    assert names(8 + 8 + 10 + 3 * GAP) == ["name", "figure", "time"]
    assert names(8 + 10 + 2 * GAP) == ["name", "time"]
    assert names(8 + 8 + 2 * GAP) == ["name", "figure"]
    assert names(1) == ["name"]


def test_room_goes_to_words_first_and_then_to_whole_cells() -> None:
    assert widths([NAME, FIGURE], 16) == [8, 8]
    assert widths([NAME, FIGURE], 18) == [8, 10]
    assert widths([NAME, FIGURE], 99) == [8, 12]
    assert widths([NAME, FIGURE], 11) == [5, 6]


words = st.text("ab ", max_size=12)
columns = st.lists(
    st.builds(
        Column,
        st.text("abc", min_size=1, max_size=8),
        st.lists(words, min_size=2, max_size=2),
        whole=st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(columns, st.integers(30, 90), st.booleans())
def test_no_letter_is_lost_and_no_line_too_long(
    found: list[Column], width: int, framed: bool
) -> None:
    shown = drawn(draw(found, width, framed=framed), width)
    assert max(map(len, shown.splitlines()), default=0) <= width
    wanted = "".join(str(cell) for column in found for cell in (column.name, *column.cells))
    for letter in "abc":
        assert shown.count(letter) == wanted.count(letter)
