"""Pairs of columns, held against pandas and scipy."""

from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hone_trainer.profile.correlations import FEW, Correlations, correlate
from tests.trainer.blocks import block

association = import_module("scipy.stats.contingency").association
DRAW = np.random.default_rng(0)
COUNT = 2000
X = DRAW.normal(size=COUNT)


def pair(x: Any, y: Any) -> tuple[float | None, float | None, str]:
    """Return the linear and the ranked figure of two columns, and by what they are judged."""
    columns = {"x": x, "y": y}
    texts = tuple(name for name, values in columns.items() if any(map(_is_text, values)))
    numbers = tuple(name for name in columns if name not in texts)
    found = correlate(block(**columns), numbers, texts)
    return found.linear[0][1], found.ranked[1][0], found.measure(0, 1)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def test_numbers_are_compared_as_pandas_does() -> None:
    draw = np.random.default_rng(1)
    made: dict[str, Any] = {
        "a": X,
        "b": X**3 + draw.normal(size=COUNT),
        "c": draw.integers(0, 5, COUNT) * 1.0,
    }
    found, frame = correlate(block(**made), tuple(made), ()), pd.DataFrame(made)
    np.testing.assert_allclose(np.array(found.linear, float), frame.corr(), atol=1e-9)
    np.testing.assert_allclose(np.array(found.ranked, float), frame.corr("spearman"), atol=1e-9)


def test_only_rows_with_both_values_count() -> None:
    draw = np.random.default_rng(1)
    a, b = X.copy(), X + draw.normal(size=COUNT)
    a[draw.random(COUNT) < 0.3] = np.nan
    b[draw.random(COUNT) < 0.3] = np.nan
    assert pair(a, b)[0] == pytest.approx(pd.Series(a).corr(pd.Series(b)))


@pytest.mark.parametrize(
    ("y", "linear"),
    [(X * 1e300, 1), (X * 1e-300, 1), (1e12 + X, 1), (-X, -1), (np.zeros(COUNT), None)],
)
def test_the_scale_does_not_matter(y: Any, linear: float | None) -> None:
    assert pair(X, y)[0] == (None if linear is None else pytest.approx(linear, abs=1e-3))


def test_too_few_common_rows_are_not_judged() -> None:
    assert pair([1, 2, 3, None], [2, 4, None, 8])[:2] == (None, None)


def test_texts_are_compared_by_the_v_of_cramer() -> None:
    draw = np.random.default_rng(1)
    x = draw.integers(0, 3, COUNT)
    y = np.where(draw.random(COUNT) < 0.6, x, draw.integers(0, 4, COUNT))
    v, _, measure = pair([f"x{k}" for k in x], [f"y{k}" for k in y])
    assert measure == "Cramér's V"
    assert v == pytest.approx(association(pd.crosstab(x, y).to_numpy(), "cramer"), abs=0.02)


def test_chance_alone_is_no_association() -> None:
    draw = np.random.default_rng(1)
    x, y = ([f"w{k}" for k in draw.integers(0, 40, 500)] for _ in range(2))
    v = pair(x, y)[0]
    assert v is not None
    assert v < 0.1
    ratio = pair(x, draw.normal(size=500))[0]
    assert ratio is not None
    assert ratio < 0.25


def test_a_text_and_a_number_are_compared_by_the_correlation_ratio() -> None:
    draw = np.random.default_rng(1)
    groups = draw.integers(0, 3, COUNT)
    value, same, measure = pair([f"g{k}" for k in groups], groups + draw.normal(size=COUNT))
    # The variance of the means of three equal groups is 2/3, that within them 1.
    assert measure == "correlation ratio"
    assert value == same == pytest.approx((2 / 3 / (2 / 3 + 1)) ** 0.5, abs=0.03)


def test_what_is_the_same_is_one_and_what_is_constant_is_nothing() -> None:
    draw = np.random.default_rng(1)
    words = [f"w{k}" for k in draw.integers(0, 5, COUNT)]
    assert pair(words, [word.upper() for word in words])[0] == pytest.approx(1)
    assert pair(words, ["same"] * COUNT)[0] is None
    assert pair(["same"] * COUNT, X)[0] is None


def test_texts_of_many_words_are_left_out() -> None:
    many = [f"w{k % (FEW + 1)}" for k in range(COUNT)]
    few: list[str | None] = [None, *many[1:FEW], *["w1"] * (COUNT - FEW)]
    assert correlate(block(x=X, y=many, z=few), ("x",), ("y", "z")).columns == ("x", "z")


def test_missing_texts_do_not_count() -> None:
    words = ["a", "b"] * 50 + [None] * 900
    values = [1.0, 2.0] * 50 + [9.0] * 900
    assert pair(words, values)[0] == pytest.approx(1)


def test_the_strongest_pair_comes_first() -> None:
    draw = np.random.default_rng(1)
    made = block(x=X, y=X + 3 * draw.normal(size=COUNT), z=-X)
    first, *rest = correlate(made, ("x", "y", "z"), ()).pairs()
    assert first[:2] == ("z", "x")
    assert first[2] == pytest.approx(-1)
    assert len(rest) == 2


@pytest.mark.parametrize("numbers", [(), ("x",)])
def test_a_block_without_rows_or_columns_has_no_pairs(numbers: tuple[str, ...]) -> None:
    found: Correlations = correlate(block(x=[1.0]).keep(np.array([False])), numbers, ())
    assert list(found.pairs()) == []
