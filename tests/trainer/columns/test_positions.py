"""What a column says of its ids before anything is read is what it gives once all is learned."""

from typing import Any

import pytest

from hone_trainer.columns import Column

LEARNED = {"known": ["a", "b"], "bounds": [1.0], "sinceEpoch": {}}


@pytest.mark.parametrize(
    "kind",
    [
        {"id": {}},
        {"id": {"length": 5}},
        {"number": {}},
        {"number": {"buckets": {}}},
        {"number": {"buckets": {}, "feature": False}},
        {"key": {}},
        {"time": {}},
        {"time": {"fields": ["hour", "sinceEpoch", "dayOfMonth"]}},
        {"text": {"words": {}}},
        {"text": {"words": {"length": 3}, "characters": {"length": 7}}},
        {"sequence": {"of": "a", "by": "b", "along": "c", "length": 9}},
    ],
)
def test_both_agree(kind: dict[str, Any]) -> None:
    column = Column.model_validate({"name": "x", **kind})
    fields = column.value.fields("x", LEARNED)
    told = {field.name: field.length for field in fields if field.kind == "id"}
    assert column.value.positions("x") == told
