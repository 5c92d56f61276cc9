"""Figures with their intervals, drawn to one scale."""

from xml.etree import ElementTree

from hone_trainer.html.whiskers import WIDTH, Span, whiskers


def dots(spans: list[Span], **more: object) -> list[float]:
    found = [ElementTree.fromstring(each) for each in whiskers(spans, **more)]  # type: ignore[arg-type]
    return [float(c.attrib["cx"]) for svg in found for c in svg.iter("circle")]


def test_a_larger_figure_is_further_to_the_right() -> None:
    places = dots([Span(0.5, 0.4, 0.6), Span(0.7), Span(0.6, 0.1, 0.9)])
    assert 0 < places[0] < places[2] < places[1] < WIDTH


def test_what_is_not_defined_draws_nothing_and_breaks_nothing() -> None:
    assert dots([Span(None)]) == []
    assert len(dots([Span(None), Span(0.5)])) == 1
    assert whiskers([]) == []


def test_equal_figures_have_one_place() -> None:
    assert len(set(dots([Span(0.5), Span(0.5)], beside=0.5))) == 1


def test_beyond_the_scale_an_arrow_stands() -> None:
    near = [Span(0.80, 0.78, 0.82), Span(0.79, 0.77, 0.81)]
    drawn = whiskers([*near, Span(0.5, 0.5, 0.5), Span(0.95)], 0.80, near)
    assert ["<polygon" in each for each in drawn] == [False, False, True, True]
    assert ["<path" in each for each in drawn] == [True, True, False, False]
    assert not any("<polygon" in each for each in whiskers([*near, Span(0.75)], 0.80, near))
