"""Which name was meant by one that nobody knows."""

import pytest

from hone_trainer.contract.nearest import hint, nearest


@pytest.mark.parametrize(
    ("name", "meant"),
    [("prise", "price"), ("USER", "User"), ("cilcked", "clicked"), ("height", None), ("", None)],
)
def test_a_name_is_held_against_those_that_are_known(name: str, meant: str | None) -> None:
    assert nearest(name, ["price", "User", "clicked"]) == meant


def test_a_hint_is_a_word_or_nothing() -> None:
    assert hint("prise", ["price"]) == " (did you mean 'price'?)"
    assert hint("prise", []) == ""
