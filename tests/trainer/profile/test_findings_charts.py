"""Small charts: inside their frames, and true to their figures."""

import re
from xml.etree import ElementTree

import pytest

from hone_trainer.profile.charts import HEIGHT, WIDTH, bars, steps, stripes


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([0, 3, 2, 0], [0, 1, 9, 0]),
        ([0, 0, 0, 0], [0, 0, 0, 0]),
        ([5, 3, 2, 1], [0, 0, 1, 0]),
        ([0, 7, 0], [0, 7, 4]),
    ],
)
def test_a_histogram_stays_inside_its_frame(before: list[int], after: list[int]) -> None:
    svg = ElementTree.fromstring(bars(before, after, "says <this>"))
    assert svg.attrib["aria-label"] == "says <this>"
    drawn = svg.findall("g/rect")
    assert len(drawn) == sum(count > 0 for count in after)
    for rect in drawn:
        x, y, w, h = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
        assert 0 <= x <= x + w <= WIDTH + 0.1
        assert -0.1 <= y <= y + h <= HEIGHT + 0.1
    path = svg.find("path")
    assert path is not None
    assert re.fullmatch(r"(?:[MVh][\d. ]+)+", path.attrib["d"])


def test_higher_bars_are_more_rows() -> None:
    svg = ElementTree.fromstring(bars([0, 1, 1, 1, 0], [0, 1, 4, 16, 0], ""))
    heights = [float(rect.attrib["height"]) for rect in svg.findall("g/rect")]
    assert heights == pytest.approx([HEIGHT / 4, HEIGHT / 2, HEIGHT], abs=0.1)


def test_an_open_bin_stands_apart() -> None:
    svg = ElementTree.fromstring(bars([0, 1, 1, 1], [0, 1, 1, 1], ""))
    path = svg.find("path")
    assert path is not None
    assert path.attrib["d"].count("M") == 2


def test_each_part_has_a_line_of_its_own() -> None:
    svg = ElementTree.fromstring(steps([[0, 5, 5, 0], [0, 1, 0, 0], [0, 0, 0, 0]], ""))
    assert len(svg.findall("path")) == 3


def test_a_stripe_without_gaps_is_empty() -> None:
    svg = ElementTree.fromstring(stripes([0, 0.25, 1], 1, ""))
    heights = [float(rect.attrib["height"]) for rect in svg.findall("rect")]
    assert heights == [12, 24]
