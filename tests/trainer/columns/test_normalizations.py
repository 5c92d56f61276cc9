"""Common scales, against scikit-learn's and where that has none to offer."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hone_trainer.columns.normalizations import AnyNormalization
from hone_trainer.rows.running_stats import Moments

EACH: list[dict[str, Any]] = [
    {"zScore": {}},
    {"minMax": {}},
    {"robust": {}},
    {"log": {}},
    {"quantile": {}},
    {"quantile": {"to": "normal"}},
]
SKEWED = np.random.default_rng(5).lognormal(2, 1.5, 5000)
NEW = np.concatenate([np.linspace(-50, 3 * SKEWED.max(), 200), np.quantile(SKEWED, [0.1, 0.9])])


def learn(words: dict[str, Any], sample: Any) -> tuple[Any, dict[str, Any]]:
    """Return the normalisation and what it learned, as it comes back from a file."""
    normalization = AnyNormalization.model_validate(words).value
    values = np.array(sample, np.float64)
    learned = normalization.learn(values, Moments.of(values))
    return normalization, json.loads(json.dumps(learned, allow_nan=False))


def scale(words: dict[str, Any], sample: Any, values: Any) -> NDArray[np.float64]:
    normalization, learned = learn(words, sample)
    scaled: NDArray[np.float64] = normalization.apply(np.array(values, np.float64), learned)
    assert scaled.dtype == np.float64
    return scaled


def theirs(words: dict[str, Any], sample: NDArray[np.float64]) -> Any:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import (
        FunctionTransformer,
        MinMaxScaler,
        QuantileTransformer,
        RobustScaler,
        StandardScaler,
    )

    kind, parameters = next(iter(words.items()))
    mirrored = FunctionTransformer(lambda x: np.sign(x) * np.log1p(np.abs(x)))
    made = {
        "zScore": StandardScaler(),
        "minMax": MinMaxScaler(),
        "robust": RobustScaler(),
        "log": make_pipeline(mirrored, StandardScaler()),
        "quantile": QuantileTransformer(
            output_distribution=parameters.get("to", "uniform"), n_quantiles=1000, subsample=None
        ),
    }[kind]
    return made.fit(sample.reshape(-1, 1))


@pytest.mark.parametrize("words", EACH)
@pytest.mark.parametrize("sample", [SKEWED, -SKEWED, SKEWED - 30, np.arange(7.0)])
@pytest.mark.filterwarnings("ignore:n_quantiles:UserWarning")
def test_scales_are_those_of_scikit_learn(
    words: dict[str, Any], sample: NDArray[np.float64]
) -> None:
    values = np.concatenate([sample, NEW])
    expected = theirs(words, sample).transform(values.reshape(-1, 1))[:, 0]
    assert scale(words, sample, values) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("words", EACH)
@pytest.mark.parametrize("sample", [[], [4.0], [0.1] * 1000, [-3.0, -3.0]])
def test_a_column_that_never_changes_is_zero(words: dict[str, Any], sample: list[float]) -> None:
    assert scale(words, sample, [4.0, 0.1, -3.0, 0.0, 1e300]).tolist() == [0.0] * 5


@pytest.mark.parametrize("words", EACH)
@settings(max_examples=40, deadline=None)
@given(
    sample=st.lists(st.floats(-1e30, 1e30), min_size=1, max_size=30),
    values=st.lists(st.floats(-1e30, 1e30), max_size=10),
)
def test_scales_are_finite_and_keep_the_order(
    words: dict[str, Any], sample: list[float], values: list[float]
) -> None:
    with np.errstate(over="ignore"):
        scaled = scale(words, sample, np.sort([*values, *sample])).clip(-1e300, 1e300)
        of_sample = np.abs(scale(words, sample, sample)).max()
    assert not np.isnan(scaled).any()
    assert (np.diff(scaled) >= -1e-12 * np.abs(scaled[1:])).all()
    # Nothing is further from a mean of thirty than five deviations; a median is moved by nobody.
    assert of_sample < 6 or words == {"robust": {}}


@pytest.mark.parametrize("words", EACH)
def test_what_is_missing_stays_missing(words: dict[str, Any]) -> None:
    for sample in ([1.0, 2.0, 4.0], [1.0, 1.0]):
        scaled = scale(words, sample, [np.nan, 2.0])
        assert np.isnan(scaled).tolist() == [True, False]


@pytest.mark.parametrize("words", EACH)
def test_no_values_give_no_values(words: dict[str, Any]) -> None:
    assert scale(words, [1.0, 2.0], []).shape == (0,)


def test_z_scores_come_from_all_rows_and_not_from_the_sample() -> None:
    normalization = AnyNormalization.model_validate({"zScore": {}}).value
    learned = normalization.learn(np.array([0.0]), Moments.of(np.array([1.0, 3.0])))
    assert learned == {"offset": 2.0, "scale": 1.0}
    normalization = AnyNormalization.model_validate({"minMax": {}}).value
    learned = normalization.learn(np.array([0.0]), Moments.of(np.array([1.0, 5.0])))
    assert learned == {"offset": 1.0, "scale": 4.0}


def test_outliers_do_not_move_a_robust_scale() -> None:
    sample = np.arange(101.0)
    spoilt = np.concatenate([sample[:-5], np.full(5, 1e12)])
    assert learn({"robust": {}}, spoilt)[1] == learn({"robust": {}}, sample)[1]
    assert learn({"zScore": {}}, spoilt)[1]["scale"] > 1e11


def test_where_half_of_the_values_are_the_same_the_deviation_is_the_robust_scale() -> None:
    sample = [0.0] * 9 + [10.0]
    assert learn({"robust": {}}, sample)[1] == {"offset": 0.0, "scale": pytest.approx(3.0)}


def test_logarithms_are_mirrored() -> None:
    up = scale({"log": {}}, [-9.0, 0.0, 9.0], [-1e6, -9.0, -1e-9, 0.0, 1e-9, 9.0, 1e6])
    assert up == pytest.approx(-up[::-1])
    assert up[5] == pytest.approx(1.5**0.5)


def test_quantiles_are_few_and_their_ends_are_cut_off() -> None:
    normalization, learned = learn({"quantile": {}}, SKEWED)
    assert len(learned["quantiles"]) == 1000
    ends = normalization.apply(np.array([-1e9, SKEWED.min(), SKEWED.max(), 1e9]), learned)
    assert ends.tolist() == [0.0, 0.0, 1.0, 1.0]
    ends = scale({"quantile": {"to": "normal"}}, SKEWED, [-1e9, 1e9])
    assert ends == pytest.approx([-5.1993, 5.1993], abs=1e-4)


def test_equal_values_are_in_the_middle_of_their_ranks() -> None:
    """Most baskets hold nothing: they must not be five deviations away from the others."""
    sample = np.concatenate([np.zeros(600), np.arange(1.0, 401.0)])
    assert scale({"quantile": {}}, sample, [0.0]) == pytest.approx([0.3], abs=0.002)
    assert abs(scale({"quantile": {"to": "normal"}}, sample, [0.0])[0]) < 0.6


@pytest.mark.parametrize(
    ("to", "mean", "deviation"), [("uniform", 0.5, 12**-0.5), ("normal", 0, 1)]
)
def test_quantiles_make_a_plain_distribution(to: str, mean: float, deviation: float) -> None:
    scaled = scale({"quantile": {"to": to}}, SKEWED, SKEWED)
    assert (scaled.mean(), scaled.std()) == pytest.approx((mean, deviation), abs=0.02)


NUMBERS = ["ProductRelated", "ProductRelated_Duration", "BounceRates", "ExitRates", "PageValues"]


@pytest.mark.slow
@pytest.mark.parametrize("name", NUMBERS)
def test_real_columns_are_scaled_as_scikit_learn_does(datasets: Path, name: str) -> None:
    """Most of these sessions saw no page of value: zeros, and long tails."""
    import pandas as pd

    values = pd.read_csv(datasets / "online_shoppers" / "online_shoppers_intention.csv")[name]
    numbers = values.to_numpy(np.float64)
    assert all(np.isfinite(scale(words, numbers, numbers)).all() for words in EACH)
    spread = np.quantile(numbers, 0.25) < np.quantile(numbers, 0.75)
    for words in EACH[:4] if spread else [{"zScore": {}}, {"minMax": {}}, {"log": {}}]:
        expected = theirs(words, numbers).transform(numbers.reshape(-1, 1))[:, 0]
        assert scale(words, numbers, numbers) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    ranks = scale({"quantile": {}}, numbers, numbers)
    assert ranks == pytest.approx((values.rank() - 1) / (len(values) - 1), abs=0.002)
