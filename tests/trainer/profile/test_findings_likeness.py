"""Ids that look like others are found, whatever they differ by; different ones are left alone."""

import unicodedata

import pyarrow as pa
import pytest

from hone_trainer.profile import likeness as module
from hone_trainer.profile.likeness import Likeness, likeness
from tests.trainer.blocks import block, columns
from tests.trainer.looked import look

DECOMPOSED = unicodedata.normalize("NFD", "café")


def found(*words: str) -> Likeness | None:
    return likeness("shop", pa.array(words))


@pytest.mark.parametrize(
    ("words", "ways", "example"),
    [
        (("106", "107", "106.0"), ("a point and noughts",), "'106' and '106.0'"),
        (("-1", "-1."), ("a point and noughts",), "'-1' and '-1.'"),
        (("café", "x", DECOMPOSED), ("Unicode form",), r"'caf\xe9' and 'cafe\u0301'"),
        (("New York", "new york"), ("case",), "'New York' and 'new york'"),
        (("a b", "a  b", "ab"), ("spaces",), "'a b' and 'a  b'"),
        (("a b", "a\u00a0b"), ("spaces",), r"'a b' and 'a\xa0b'"),
        (("1", "1.0", "x", "X"), ("a point and noughts", "case"), "'1' and '1.0'"),
    ],
)
def test_what_looks_alike_is_found(words: tuple[str, ...], ways: tuple[str], example: str) -> None:
    one = found(*words)
    assert one is not None
    assert (one.ways, one.examples[0], one.of) == (ways, example, len(words))
    assert one.ids == 2 * len(ways)


def test_what_differs_in_more_than_one_way_is_found_too() -> None:
    one = found("New York", "new  york")
    assert one is not None
    assert one.ids == 2


@pytest.mark.parametrize(
    "words", [("106", "1060"), ("1.5", "1.50"), ("v1.0", "v1"), ("a", "á"), ("0", "00"), ("a",), ()]
)
def test_what_is_different_is_left_alone(words: tuple[str, ...]) -> None:
    assert likeness("shop", pa.array(words, pa.string())) is None


def test_a_long_id_is_cut_short() -> None:
    one = found("n" * 500, "N" * 500)
    assert one is not None
    assert len(one.examples[0]) < 80


def test_only_so_many_ids_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    assert found("a", "b", "A") is None
    one = found("a", "A", "b", "B")
    assert one is not None
    assert (one.ids, one.of) == (2, 2)


def test_the_report_warns_of_ids_and_keys_alone() -> None:
    shops = ["106", "106.0", "7", "8"] * 30
    rows = block(shop=shops, order=shops, note=shops, y=[0, 1] * 60, parts=[0, 1, 2] * 40)
    kinds = columns(
        shop={"id": {}}, order={"key": {}}, note={"text": {"words": {}}}, y={"label": {}}
    )
    cautions = [c for c in look(kinds, rows, rows, {}).cautions if c.topic == "lookAlike"]
    assert {(c.column, c.severity, c.figure) for c in cautions} == {
        ("shop", "medium", 2),
        ("order", "medium", 2),
    }
    assert cautions[0].text == (
        "shop has 2 ids of 4 that differ from another only by a point and noughts, such as '106' "
        "and '106.0': they are learned apart."
    )


def test_case_alone_may_be_meant() -> None:
    shops = ["aB3", "AB3", "c", "d"] * 30
    rows = block(shop=shops, y=[0, 1] * 60, parts=[0, 1, 2] * 40)
    found_ = look(columns(shop={"id": {}}, y={"label": {}}), rows, rows, {}).cautions
    assert [c.severity for c in found_ if c.topic == "lookAlike"] == ["low"]
