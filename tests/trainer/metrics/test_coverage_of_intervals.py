"""Intervals hold what they promise: in a simulation they cover the truth at the stated rate."""

from collections.abc import Callable

import numpy as np
import pytest

from hone_trainer.metrics.accuracy import Accuracy
from hone_trainer.metrics.auc import Auc
from hone_trainer.metrics.interval import span, student
from hone_trainer.metrics.log_loss import LogLoss
from hone_trainer.metrics.macro_f1 import MacroF1
from hone_trainer.metrics.metric import Estimate, Metric
from hone_trainer.metrics.normalized_entropy import NormalizedEntropy
from hone_trainer.metrics.ranking import Ndcg
from hone_trainer.metrics.scored import Scored
from hone_trainer.metrics.squared_errors import R2, Rmse
from tests.trainer.metrics.answers import lists, scored_binary

pytestmark = pytest.mark.slow

Draw = np.random.Generator
ROUNDS = 400
FAIR = (0.915, 0.975)
"""Of 400 intervals of 95 %: four standard errors to each side, and the smallness of samples."""


def clicks(draw: Draw, rows: int, noise: float = 1.0) -> Scored:
    log_odds = draw.normal(-0.5, 1.2, rows)
    truth = draw.random(rows) < 1 / (1 + np.exp(-log_odds))
    told = log_odds + draw.normal(0, noise, rows)
    return scored_binary(truth, 1 / (1 + np.exp(-told)), draw.integers(1, 4, rows))


def sure(draw: Draw, rows: int) -> Scored:
    """Answers that leave little room above them: figures near their limits."""
    log_odds = draw.normal(0, 4, rows)
    truth = draw.random(rows) < 1 / (1 + np.exp(-log_odds))
    return scored_binary(truth, 1 / (1 + np.exp(-log_odds - draw.normal(0, 0.5, rows))))


def users(draw: Draw, count: int) -> Scored:
    """Rows of one user share how well they are answered."""
    sizes = draw.integers(1, 12, count)
    user = np.repeat(np.arange(count), sizes)
    log_odds = draw.normal(0, 1.5, count)[user]
    truth = draw.random(len(user)) < 1 / (1 + np.exp(-log_odds))
    told = 1 / (1 + np.exp(-0.5 * log_odds - draw.normal(0, 1, count)[user]))
    return scored_binary(truth, told, cluster=user)


def intents(draw: Draw, rows: int) -> Scored:
    truth = draw.choice(4, rows, p=[0.4, 0.3, 0.2, 0.1])
    decision = np.where(draw.random(rows) < 0.7, truth, draw.integers(0, 4, rows))
    columns = {"truth": truth, "decision": decision, "likelihood": np.ones(rows)}
    return Scored(columns, np.ones(rows), answers=4)


def prices(draw: Draw, rows: int) -> Scored:
    truth = draw.normal(0, 1, rows)
    return Scored({"truth": truth, "value": truth + draw.normal(0, 0.7, rows)}, np.ones(rows))


def searches(draw: Draw, count: int) -> Scored:
    grades = draw.integers(0, 3, (count, 8))
    return lists(grades, grades + draw.normal(0, 1.5, (count, 8)))


Sample = Callable[[Draw, int], Scored]
CASES: list[tuple[Metric, Sample, int]] = [
    (Auc(), clicks, 250),
    (LogLoss(), clicks, 250),
    (NormalizedEntropy(), clicks, 250),
    (Accuracy(), clicks, 250),
    (Auc(), users, 120),
    (LogLoss(), users, 120),
    (MacroF1(), intents, 300),
    (Rmse(), prices, 200),
    (R2(), prices, 200),
    (Ndcg(), searches, 150),
    (Auc(), sure, 60),
    (Accuracy(), sure, 60),
    (LogLoss(), sure, 100),
]


def rate(estimates: list[Estimate], truth: float) -> float:
    inside = [each.low is not None and each.low <= truth <= (each.high or 0) for each in estimates]
    return float(np.mean(inside))


@pytest.mark.parametrize(
    ("metric", "sample", "size"), CASES, ids=lambda each: getattr(each, "__name__", None)
)
def test_intervals_cover(metric: Metric, sample: Sample, size: int) -> None:
    truth = metric.value(
        sample(np.random.default_rng(99), 8_000 if sample is searches else 100_000)
    )
    draws = (np.random.default_rng([1, k]) for k in range(ROUNDS))
    assert (
        FAIR[0] <= rate([metric.estimate(sample(draw, size)) for draw in draws], truth) <= FAIR[1]
    )


def test_taking_rows_of_one_user_for_independent_would_make_intervals_too_narrow() -> None:
    truth = LogLoss().value(users(np.random.default_rng(99), 60_000))
    found = [users(np.random.default_rng([2, k]), 120) for k in range(ROUNDS)]
    alone = [LogLoss().estimate(Scored(each.columns, each.weight)) for each in found]
    assert rate(alone, truth) < FAIR[0] - 0.1


@pytest.mark.parametrize("metric", [Auc(), LogLoss(), Accuracy()], ids=lambda each: each.name)
def test_differences_of_two_models_cover(metric: Metric) -> None:
    def two(draw: Draw, rows: int) -> tuple[Scored, Scored]:
        log_odds = draw.normal(-0.5, 1.2, rows)
        truth = draw.random(rows) < 1 / (1 + np.exp(-log_odds))
        shared = draw.normal(0, 1, rows)
        told = (log_odds + shared, log_odds + 0.8 * shared + draw.normal(0, 0.3, rows))
        first, second = (scored_binary(truth, 1 / (1 + np.exp(-each))) for each in told)
        return first, second

    before, after = two(np.random.default_rng(99), 400_000)
    truth = metric.value(after) - metric.value(before)
    draws = (np.random.default_rng([3, k]) for k in range(ROUNDS))
    found = [metric.difference(*two(draw, 300)) for draw in draws]
    assert FAIR[0] <= rate(found, truth) <= FAIR[1]
    paired = np.mean([(each.high or 0) - (each.low or 0) for each in found])
    alone = [metric.estimate(two(np.random.default_rng([3, k]), 300)[0]) for k in range(20)]
    assert paired < np.mean([(each.high or 0) - (each.low or 0) for each in alone])


@pytest.mark.parametrize(
    ("freedom", "quantile"), [(4, 2.776445), (9, 2.262157), (30, 2.042272), (1000, 1.962339)]
)
def test_the_quantile_is_students(freedom: int, quantile: float) -> None:
    assert student(freedom) == pytest.approx(quantile, abs=5e-3)


@pytest.mark.parametrize("metric", [Auc(), Accuracy(), LogLoss()], ids=lambda each: each.name)
def test_no_interval_reaches_beyond_what_the_figure_can_be(metric: Metric) -> None:
    for seed in range(100):
        scored = sure(np.random.default_rng([4, seed]), 25)
        if metric.undefined(scored):
            continue
        found = metric.estimate(scored)
        assert found.value is not None
        if found.value in metric.limits:
            assert found.low is None, "nothing varied, so nothing is known"
            continue
        assert found.low is not None
        assert found.high is not None
        assert metric.limits[0] <= found.low <= found.value <= found.high <= metric.limits[1]


@pytest.mark.parametrize(
    ("value", "spread", "limits", "ends"),
    [
        (0.5, 0.1, (0, 1), (0.4013, 0.5987)),
        (0.998, 0.004, (0, 1), (0.9854, 0.9997)),
        (0.002, 0.004, (0, 1), (0.0003, 0.0146)),
        (1.0, 0.0, (0, 1), (1.0, 1.0)),
        (1.0, 0.1, (0, 1), (0.9, 1.0)),
        (2.0, 0.5, (0, np.inf), (1.5576, 2.5681)),
        (0.1, 0.5, (0, np.inf), (0.0007, 14.8413)),
        (0.5, 0.1, (-np.inf, 1), (0.3893, 0.5906)),
        (-3.0, 0.4, (-np.inf, np.inf), (-3.4, -2.6)),
        (1e-300, 1.0, (0, np.inf), (0.0, 0.0)),
    ],
)
def test_an_interval_narrows_towards_a_limit(
    value: float, spread: float, limits: tuple[float, float], ends: tuple[float, float]
) -> None:
    assert span(value, spread, limits) == pytest.approx(ends, abs=1e-4)
