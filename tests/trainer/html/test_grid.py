"""Tables of many cells: figures in words, shades beside them."""

import pytest

from hone_trainer.html.grid import cell, grid, heat
from hone_trainer.html.picture import Grid


@pytest.mark.parametrize(
    ("share", "shade"),
    [(0.0, ""), (0.05, "p1"), (0.2, "p2"), (0.99, "p5"), (1.0, "p5"), (-0.05, "n1"), (-1.0, "n5")],
)
def test_a_cell_is_shaded_by_its_share(share: float, shade: str) -> None:
    assert cell("7", share) == (f'<td class="{shade}">7</td>' if shade else "<td>7</td>")


def test_what_is_right_and_what_is_wrong_differ_in_colour_in_every_row() -> None:
    cells = ((8.0, 2.0, 0.0), (1.0, 9.0, 0.0), (0.0, 0.0, 0.5))
    made = grid(Grid("Confusion", "decided", "true", ("a", "b", "c"), ("a", "b", "c"), cells))
    for each in (
        '<td class="p5">8</td><td class="n2">2</td><td></td>',
        '<td class="n1">1</td><td class="p5">9</td><td></td>',
        '<td></td><td></td><td class="p5">0.5</td>',
    ):
        assert each in made


def test_names_are_escaped_and_may_be_broken() -> None:
    made = heat(("<a>_b",), [("<c>", ["<td>1</td>"])], "true")
    assert "&lt;a&gt;_<wbr>b" in made
    assert "&lt;c&gt;" in made
    assert made.startswith('<div class="wide">')
