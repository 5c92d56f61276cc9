"""YAML is read as kubectl reads it, and written so that every reader reads it back as it was."""

import json
import math
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as some

from hone.api.dialect import ByHand, Misread, Reader, meaning, read, write
from tests.api.scalars import RARE, SCALARS

words = some.text("abc", min_size=1, max_size=2)
odd = some.sampled_from([*sorted(SCALARS), *RARE]) | some.text(max_size=6)
values = some.recursive(
    some.none() | some.booleans() | some.integers(-(2**63), 2**63 - 1) | odd,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(odd, inner, max_size=3),
    max_leaves=6,
)


def one(text: str, reader: type[Reader] = Reader) -> Any:
    (found,) = read(text, reader)
    return found


@pytest.mark.parametrize(("text", "value"), SCALARS.items(), ids=map(repr, SCALARS))
def test_a_plain_word_means_what_it_means_to_kubectl(text: str, value: Any) -> None:
    found = meaning(text)
    assert (type(found), found) == (type(value), value)


def test_not_a_number_is_none_of_its_kind() -> None:
    assert math.isnan(meaning(".NaN"))  # type: ignore[arg-type]


@pytest.mark.parametrize("text", [".nan", "-.inf", "!!float .inf"])
def test_what_json_cannot_say_is_refused(text: str) -> None:
    with pytest.raises(Misread, match="put it in quotes"):
        one(f"a: {text}")


@pytest.mark.parametrize("text", ["!!binary aGk=", "!!timestamp 2026-01-31", "!!set {a}"])
def test_so_is_what_it_has_no_kind_for(text: str) -> None:
    with pytest.raises(yaml.MarkedYAMLError, match="could not determine a constructor"):
        one(f"a: {text}")


@pytest.mark.parametrize("text", ["&a [*a]", "&a {b: *a}", "{x: &a {b: [&c {d: *a}]}}"])
def test_what_holds_itself_is_refused(text: str) -> None:
    with pytest.raises(Misread, match=r"\*a stands within &a: write it out"):
        one(text)


def test_an_anchor_may_stand_again_beside_what_it_names() -> None:
    assert one("[&a [1], *a, &b {c: *a}, [*b]]") == [[1], [1], {"c": [1]}, [{"c": [1]}]]


def test_a_tag_says_what_a_word_is() -> None:
    assert one('{a: !!str 5, b: !!int "5", c: !!float 5}') == {"a": "5", "b": 5, "c": 5}


def test_keys_are_texts_as_kubectl_makes_them() -> None:
    assert one("{on: 1, 5: 2, 012: 3}") == {"true": 1, "5": 2, "10": 3}
    for key in ("1.5", "~", "[a]"):
        with pytest.raises(Misread, match="a key must be text; put it in quotes"):
            one(f"{{{key}: 1}}")


def test_a_person_is_told_to_quote_them() -> None:
    assert one("{5: 1, 'on': 2}", ByHand) == {"5": 1, "on": 2}
    with pytest.raises(Misread, match="kubectl reads the key on as true; put it in quotes"):
        one("{on: 1}", ByHand)


@pytest.mark.parametrize("text", ["{a: 1, a: 2}", "{yes: 1, true: 2}", "- {b: {a: 1, 'a': 2}}"])
def test_a_key_that_stands_twice_is_refused(text: str) -> None:
    with pytest.raises(Misread, match="is set twice; keep one of them"):
        one(text)


def test_merged_keys_may_be_set_anew() -> None:
    text = "a: &a {x: 1, w: 1}\nb: &b {z: 1}\nc: {<<: *a, <<: *b, x: 2}\nd: {<<: [*a, *b]}\n"
    found = one(text)
    assert found["c"] == {"x": 2, "w": 1, "z": 1}
    assert found["d"] == {"x": 1, "w": 1, "z": 1}


def test_halves_of_a_character_in_json_are_joined() -> None:
    assert one(json.dumps({"a": "😀"})) == {"a": "😀"}
    with pytest.raises(Misread, match="half a character"):
        one('{"a": "\\ud83d"}')


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(values)
def test_what_is_written_is_read_back_by_every_reader(value: Any) -> None:
    text = write([{"top": value}])
    assert one(text) == {"top": value}
    assert yaml.safe_load(text) == {"top": value}


def test_scripts_are_written_as_lines_and_nothing_by_reference() -> None:
    shared = {"command": ["python", "-c", "import this\nprint(1)\n"]}
    written = write([{"a": shared, "b": shared}])
    assert "- |\n" in written
    assert "&id" not in written


def test_words_of_other_scripts_stay_readable() -> None:
    assert "Gemüse" in write([{"name": "Gemüse"}])
