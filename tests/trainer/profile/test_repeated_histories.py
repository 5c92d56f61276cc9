"""Rows of two users are not the same row where a model reads what each has met."""

import pytest

from hone_trainer.profile.profile import look
from tests.trainer.blocks import block, columns

KINDS: dict[str, object] = {"user": {"key": {}}, "step": {"number": {}}, "item": {"id": {}}}
HISTORY = {"sequence": {"of": "item", "by": "user", "along": "step", "length": 3}}


@pytest.mark.parametrize(("kinds", "repeated"), [(KINDS, 2), ({**KINDS, "before": HISTORY}, 0)])
def test_a_history_makes_rows_of_two_users_differ(kinds: dict[str, object], repeated: int) -> None:
    rows = block(
        parts=[0, 0, 2, 2],
        user=["a", "a", "b", "b"],
        step=[0.0, 1.0, 0.0, 1.0],
        item=["x", "y", "x", "y"],
    )
    found = look(columns(**kinds), (), rows, rows, {"rows": {}})
    assert [each.repeated for each in found.repeats] == [0, 0, repeated]
