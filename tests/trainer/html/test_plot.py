"""Lines over one scale: inside their frame, told apart without colour, and in words."""

from xml.etree import ElementTree

import pytest

from hone_trainer.html.picture import Line, Plot, Point
from hone_trainer.html.plot import HEIGHT, WIDTH, plot, ticks

UP: tuple[Point, ...] = ((1.0, 0.5), (2.0, 0.6), (3.0, 0.55))
FLAT: tuple[Point, ...] = ((1.0, 0.5), (2.0, 0.5))
FAR: tuple[Point, ...] = ((0.0, -1e6), (1e9, 3e7))
ALONE: tuple[Point, ...] = ((0.3, 0.3),)


def drawn(*lines: Line, guide: Line | None = None) -> ElementTree.Element:
    made = plot(Plot("AUC & <co>", "epoch", "AUC", lines, guide, "Read it so."))
    return ElementTree.fromstring(made)


def places(element: ElementTree.Element) -> list[tuple[float, float]]:
    shapes = [*element.iter("polyline"), *element.iter("polygon")]
    pairs = [pair.split(",") for shape in shapes for pair in shape.attrib["points"].split()]
    found = [(float(x), float(y)) for x, y in pairs]
    found += [(float(c.attrib["cx"]), float(c.attrib["cy"])) for c in element.iter("circle")]
    return found + [(float(t.attrib["x"]), float(t.attrib["y"])) for t in element.iter("text")]


@pytest.mark.parametrize("points", [UP, FLAT, FAR, ALONE], ids=["up", "flat", "far", "alone"])
def test_everything_is_inside_the_frame(points: tuple[Point, ...]) -> None:
    band = tuple((y - abs(y), y + abs(y)) for _, y in points)
    line = Line("a", points, band, marked=len(points) - 1)
    made = drawn(line, Line("b", points), guide=Line("best", points))
    assert made.tag == "figure"
    assert len(places(made)) > 6
    for x, y in places(made):
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT


def test_lines_differ_in_their_dashes_too() -> None:
    made = drawn(*(Line(f"{k}", UP) for k in range(16)))
    styles = [line.attrib["style"] for line in made.iter("polyline")]
    assert len(set(styles)) == 16
    first = [style.partition("stroke-dasharray:")[2] for style in styles[:4]]
    assert len(set(first)) == 4, "in the order in which they are used"


def test_it_says_in_words_what_it_shows() -> None:
    made = drawn(Line("model", UP, marked=1), guide=Line("best", FLAT))
    svg = made.find("svg")
    assert svg is not None
    assert (svg.attrib["role"], svg.attrib["aria-label"]) == ("img", "AUC & <co>")
    assert svg.findtext("desc") == "AUC by epoch: model from 0.5 at 1 to 0.55 at 3."
    text = "".join(made.itertext())
    for each in ("model", "best", "Read it so."):
        assert each in text


def test_what_has_no_points_is_not_drawn() -> None:
    assert plot(Plot("AUC", "epoch", "AUC", (Line("a", ()),))) == ""


@pytest.mark.parametrize(
    ("low", "high", "whole", "written"),
    [
        (0, 1, False, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (1, 4, True, ["1", "2", "3", "4"]),
        (1, 50, True, ["10", "20", "30", "40", "50"]),
        (0.893, 0.913, False, ["0.895", "0.900", "0.905", "0.910"]),
        (-30, 25, False, ["-20", "0", "20"]),
        (0, 5e7, False, ["0", "1e+07", "2e+07", "3e+07", "4e+07", "5e+07"]),
    ],
)
def test_an_axis_has_few_round_values(
    low: float, high: float, whole: bool, written: list[str]
) -> None:
    found = list(ticks(low, high, whole))
    assert [text for _, text in found] == written
    assert all(low <= value <= high * 1.001 for value, _ in found)
