"""What a graph is held against, of answers of every shape."""

from typing import Any

import pytest

from hone_trainer.bundle.proof import numbers_of

SOME = [{"item": "i1", "probability": 0.5}]


@pytest.mark.parametrize(
    ("lists", "fields"),
    [([SOME], ["probability"]), ([[], SOME], ["probability"]), ([[], []], []), ([], [])],
)
def test_users_who_have_met_every_item_are_told_none_and_stop_no_proof(
    lists: Any, fields: list[str]
) -> None:
    assert numbers_of(lists) == fields
