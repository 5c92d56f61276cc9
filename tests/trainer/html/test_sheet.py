"""What the pages of all reports share."""

import pytest

from hone_trainer.html.sheet import count, frame, table


def test_a_title_is_escaped_and_sections_come_in_order() -> None:
    page = frame("<a>", ["<p>1</p>", "<p>2</p>"], "p { margin: 0 }")
    assert "<title>&lt;a&gt;</title>" in page
    assert page.index("<p>1</p>") < page.index("<p>2</p>")
    assert page.index(":root") < page.index("p { margin: 0 }") < page.index("</style>")


def test_a_table_escapes_its_head_and_scrolls_in_its_own_box() -> None:
    made = table(("<a>", "b"), [("<b>1</b>", "2")])
    assert made.startswith('<div class="wide">')
    assert "<th>&lt;a&gt;</th>" in made
    assert "<td><b>1</b></td>" in made


@pytest.mark.parametrize(("number", "text"), [(0, "0"), (999, "999"), (1234567, "1,234,567")])
def test_thousands_stand_apart(number: int, text: str) -> None:
    assert count(number) == text
