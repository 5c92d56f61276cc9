"""Requests that go through a model together are answered as if each had come alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hone_serving
from hone_serving.model import REFUSED
from hone_serving.server.answering import FAILED, answer
from hone_serving.server.question import Question
from tests.serving.bundles import JOBS, made
from tests.serving.shop import POISON, ROW, Shop

ODD: tuple[dict[str, Any], ...] = (
    ROW,
    {**ROW, "user": "u2", "seen": ["i3"]},
    {"user": "u1"},
    {**ROW, "price": POISON},
    {},
)


@given(
    st.lists(st.tuples(st.lists(st.sampled_from(ODD), min_size=1, max_size=4), st.integers(1, 4)))
)
def test_together_is_as_alone(asked: list[tuple[list[Any], int]]) -> None:
    questions = [Question(rows, top) for rows, top in asked]
    together = answer(Shop(), questions)
    assert together == [answer(Shop(), [each])[0] for each in questions]
    for question, told in zip(questions, together, strict=True):
        for row, said in zip(question.rows, told, strict=True):
            assert (REFUSED in said) == (row not in ODD[:2])


def test_a_row_on_which_the_model_fails_is_told_alone() -> None:
    poison = {**ROW, "price": POISON}
    ((first, second, third),) = answer(Shop(), [Question([ROW, poison, ROW])])
    assert second == {REFUSED: FAILED}
    assert first == third == answer(Shop(), [Question([ROW])])[0][0]


@pytest.mark.slow
@pytest.mark.tensorflow
@pytest.mark.parametrize("name", JOBS)
def test_of_real_bundles_too(name: str) -> None:
    """Lists of their own, items that were seen, rows that are refused: none reaches another."""
    model = hone_serving.load(str(made(name)))
    row = {each.name: each.example for each in model.description.columns}
    other = {**row, model.description.columns[0].name: "another"}
    bad = {**row, **{name: ["x"] for name in row}}
    asked = [[row], [other, row, other], [bad], [bad, row], [row] * 5, [other, bad, other]]
    questions = [Question(rows, top) for top, rows in enumerate(asked, 1)]
    assert answer(model, questions) == [answer(model, [each])[0] for each in questions]
