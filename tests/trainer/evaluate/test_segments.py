"""Figures of segments: of bounded number, with names that no value has, and of whole lists."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from hone_trainer.evaluate.segments import MOST, by_segment, codes_of
from hone_trainer.rows.field import Field
from hone_trainer.tasks.binary import Binary
from hone_trainer.tasks.learned import Targets
from hone_trainer.tasks.ranking import Ranking
from hone_trainer.tasks.scoring import score
from hone_trainer.transform.saving import save
from hone_trainer.transform.transform import Transform
from tests.trainer.blocks import columns


def named(words: list[str]) -> list[str]:
    """Return the names of the segments of a column with these values."""
    ids = (Field(name="land", source="land", kind="id", size=len(words) + 2),)
    files = save(Transform(columns(land={"id": {}}), {"land": {"known": words}}))
    data: Any = SimpleNamespace(schema=SimpleNamespace(ids=ids), fetch=files.get)
    rows: Any = SimpleNamespace(features={"land": np.zeros((3, 1), np.int32)})
    return codes_of(data, rows, "land")[1]


def test_what_is_missing_or_unseen_is_called_so() -> None:
    assert named(["at", "ch"]) == ["missing", "unseen", "at", "ch"]


def test_a_value_that_is_called_unseen_is_a_segment_of_its_own() -> None:
    names = named(["unseen", "(unseen)", "missing"])
    assert names[:2] == ["(missing)", "((unseen))"]
    assert len(set(names)) == 5


def test_of_ten_thousand_segments_the_largest_are_told() -> None:
    task, draw = Binary(label="y"), np.random.default_rng(0)
    codes = (10_000 * draw.random(50_000) ** 3).astype(np.int32)
    targets = Targets(draw.integers(0, 2, 50_000), np.ones(50_000))
    scored = score(task, targets, [{"probability": draw.random((50_000, 1))}])
    found = by_segment(task, targets, scored, codes, [str(code) for code in range(10_000)])
    assert len(found) == MOST
    sizes = [rows for rows, _ in found.values()]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == np.bincount(codes).max()


def test_a_list_is_in_the_segment_of_its_rows_whatever_order_they_stand_in() -> None:
    task = Ranking(label="y", group="q")
    group = np.array([7, 3, 7, 3, 5, 5, 9, 9])
    land = np.array([1, 0, 1, 0, 1, 1, 0, 0], np.int32)
    weight = np.array([1, 1, 1, 1, 1, 1, 0, 0.0])
    targets = Targets(np.array([1.0, 0, 0, 1, 0, 1, 1, 0]), weight, group=group)
    scores = np.array([2.0, 1, 1, 2, 2, 1, 1, 2])
    scored = score(task, targets, [{"score": scores[:, None]}])
    found = by_segment(task, targets, scored, land, ["at", "ch"])
    right = 1.0
    last = 1 / np.log2(3)
    assert cast("float", found["at"][1].value) == pytest.approx(right)
    assert cast("float", found["ch"][1].value) == pytest.approx((right + last) / 2)
