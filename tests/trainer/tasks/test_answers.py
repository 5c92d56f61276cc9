"""Answers, their figures, priors and calibration."""

import numpy as np
import pytest

from hone_trainer.metrics.log_loss import LogLoss
from hone_trainer.tasks.binary import Binary
from hone_trainer.tasks.calibration import LEAST, platt, temperature
from hone_trainer.tasks.classes import Classes
from hone_trainer.tasks.learned import Calibration, Learned, Targets
from hone_trainer.tasks.logits import sigmoid, softmax
from hone_trainer.tasks.number import Number
from hone_trainer.tasks.task import Task

NOTHING = Calibration()
DRAW = np.random.default_rng(5)
TWO = Learned(("0", "1"), np.array([30.0, 10.0]))
FIVE = Learned(tuple("abcde"), np.array([5.0, 4, 3, 2, 1]))
PRICES = Learned(center=3.0, scale=2.0, median=2.5)
CASES: list[tuple[Task, Learned, np.ndarray, np.ndarray]] = [
    (Binary(label="y"), TWO, DRAW.integers(0, 2, 50), DRAW.normal(0, 2, (50, 1))),
    (Classes(label="y"), FIVE, DRAW.integers(0, 5, 50), DRAW.normal(0, 2, (50, 5))),
    (Number(label="y"), PRICES, DRAW.normal(3, 2, 50), DRAW.normal(0, 1, (50, 1))),
]
each_task = pytest.mark.parametrize(
    ("task", "learned", "values", "logits"), CASES, ids=lambda case: type(case).__name__
)


def targets(values: np.ndarray) -> Targets:
    return Targets(values, np.ones(len(values)))


@each_task
def test_every_figure_that_a_task_names_reads_what_it_gives(
    task: Task, learned: Learned, values: np.ndarray, logits: np.ndarray
) -> None:
    scored = task.reduce(targets(values), task.answer(logits, learned, NOTHING), NOTHING)
    for metric in task.metrics():
        assert metric.reads <= task.gives
        assert metric.estimate(scored).value is not None
    assert set(scored.columns) <= task.gives


@each_task
def test_rows_of_one_group_are_not_taken_for_independent(
    task: Task, learned: Learned, values: np.ndarray, logits: np.ndarray
) -> None:
    """The same rows four times over, of one user each time, tell no more than they did once."""
    grouped = task.model_copy(update={"group": "user"})
    once, often = np.arange(50), np.repeat(np.arange(50), 4)
    estimates = []
    for rows, groups in ((once, None), (often, often), (often, None)):
        told = Targets(values[rows], np.ones(len(rows)), group=groups)
        one = grouped if groups is not None else task
        scored = one.reduce(told, one.answer(logits[rows], learned, NOTHING), NOTHING)
        found = {metric.name: metric.estimate(scored) for metric in one.metrics()}
        assert all(each.value is not None for name, each in found.items() if name != "aucByGroup")
        estimates.append(found[next(iter(found))])
    wide, same, narrow = (each.high - each.low for each in estimates)  # type: ignore[operator]
    assert same == pytest.approx(wide, rel=1e-6)
    assert narrow < 0.6 * wide


@each_task
def test_the_bias_alone_answers_with_the_prior(
    task: Task, learned: Learned, values: np.ndarray, logits: np.ndarray
) -> None:
    alone = np.tile(task.bias(learned), (50, 1))
    answers = task.answer(alone, learned, NOTHING)
    for name, prior in task.prior(learned, targets(np.zeros(50))).items():
        assert answers[name] == pytest.approx(prior)


def test_the_prior_of_two_classes_scores_the_entropy_of_its_rate() -> None:
    task, truth = Binary(label="y"), np.repeat([0, 1], [30, 10])
    scored = task.reduce(targets(truth), task.prior(TWO, targets(truth)), NOTHING)
    rate = 0.25
    entropy = -(rate * np.log(rate) + (1 - rate) * np.log(1 - rate))
    assert LogLoss().value(scored) == pytest.approx(entropy)
    headline = next(task.metrics())
    assert headline.estimate(scored).value == 0.5


def test_a_class_that_training_has_not_seen_counts_as_wrong() -> None:
    task = Classes(label="y")
    answers = {"probabilities": np.eye(5)[[0, 1]]}
    scored = task.reduce(targets(np.array([0, -1])), answers, NOTHING)
    accuracy = next(task.metrics())
    assert accuracy.value(scored) == 0.5
    assert task.likelihood(targets(np.array([0, -1])), answers).tolist() == [1, 0]


def test_a_shift_of_the_prior_is_taken_off() -> None:
    logits = np.array([[0.0], [1.0]])
    shifted = Learned(TWO.keys, TWO.counts, prior_shift=1.5)
    task = Binary(label="y")
    told = task.answer(logits, shifted, NOTHING)["probability"]
    assert told == pytest.approx(sigmoid(logits - 1.5))


def overconfident(rows: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(7)
    log_odds = draw.normal(-1, 1.5, rows)
    truth = (draw.random(rows) < sigmoid(log_odds)).astype(int)
    return truth, 3 * log_odds[:, None] + 1


def test_calibration_lowers_the_log_loss_of_an_overconfident_model() -> None:
    task, (truth, logits) = Binary(label="y"), overconfident(4000)
    fitted = task.calibrate(targets(truth), {"probability": sigmoid(logits)})
    assert fitted.temperature == pytest.approx(3, rel=0.15)
    losses = [
        LogLoss().value(task.reduce(targets(truth), task.answer(logits, TWO, each), each))
        for each in (NOTHING, fitted)
    ]
    assert losses[1] < losses[0] - 0.05


@pytest.mark.parametrize("ways", [2, 20])
def test_rows_that_stand_in_turns_are_calibrated_as_others_are(ways: int) -> None:
    """A positive row before every so many negative ones, as leaveOneOut writes them."""
    log_odds = np.random.default_rng(7).normal(-1, 1.5, 60_000)
    came = np.random.default_rng(8).random(60_000) < sigmoid(log_odds)
    yes, no = log_odds[came][:1000], log_odds[~came][: 1000 * (ways - 1)]
    scores = 3 * np.hstack([yes[:, None], no.reshape(1000, -1)]).reshape(-1) + 1
    truth = np.tile(np.arange(ways) == 0, 1000)
    fitted = platt(targets(truth), scores)
    assert fitted.temperature == pytest.approx(3, rel=0.15)
    mixed = np.random.default_rng(1).permutation(len(scores))
    assert fitted.offset == pytest.approx(
        platt(targets(truth[mixed]), scores[mixed]).offset, abs=0.3
    )


def test_classes_that_stand_in_turns_are_calibrated_too() -> None:
    draw = np.random.default_rng(3)
    logits = draw.normal(0, 1.5, (12_000, 2))
    truth = np.array([draw.choice(2, p=row) for row in softmax(logits)])
    turns = np.stack([np.flatnonzero(truth == k)[:4000] for k in (0, 1)], 1).reshape(-1)
    found = temperature(targets(truth[turns]), 2.5 * logits[turns])
    assert found.temperature == pytest.approx(2.5, rel=0.1)


def test_one_answer_for_all_rows_is_decided_as_most_rows_are() -> None:
    truth = np.arange(100) % 20 > 0
    assert platt(targets(truth), np.full(100, -0.4)).threshold < 0.4


def test_a_calibrated_model_stays_as_it_is() -> None:
    truth, logits = overconfident(4000)
    fitted = platt(targets(truth), (logits - 1) / 3)
    assert fitted.temperature == pytest.approx(1, abs=0.12)
    assert fitted.threshold == pytest.approx(0.5, abs=0.1)


def test_too_few_rows_fit_nothing() -> None:
    truth, logits = overconfident(300)
    few = (truth > 0).sum()
    assert few < LEAST
    fitted = platt(targets(truth), logits)
    assert (fitted.temperature, fitted.offset) == (1, 0)


def test_a_model_that_is_always_right_does_not_run_away() -> None:
    truth = np.arange(1000) % 2
    fitted = platt(targets(truth), (truth[:, None] - 0.5) * 8)
    assert 0.1 <= fitted.temperature <= 10
    assert abs(fitted.offset) <= 10


def test_the_temperature_of_several_classes_is_found() -> None:
    draw = np.random.default_rng(3)
    logits = draw.normal(0, 1.5, (6000, 4))
    truth = np.array([draw.choice(4, p=row) for row in softmax(logits)])
    assert temperature(targets(truth), 2.5 * logits).temperature == pytest.approx(2.5, rel=0.1)
    assert temperature(targets(truth[:150]), 2.5 * logits[:150]) == NOTHING


def test_a_threshold_is_moved_where_it_is_clearly_better() -> None:
    truth = np.repeat([0, 1], [1500, 500])
    draw = np.random.default_rng(1)
    told = np.where(truth > 0, draw.normal(0.3, 0.05, 2000), draw.normal(0.1, 0.05, 2000))
    scores = np.log(np.clip(told, 0.001, 0.999)) - np.log1p(-np.clip(told, 0.001, 0.999))
    task = Binary(label="y")
    fitted = platt(targets(truth), scores[:, None])
    scored = task.reduce(targets(truth), task.answer(scores[:, None], TWO, fitted), fitted)
    accuracy = (scored.columns["truth"] == scored.columns["decision"]).mean()
    assert accuracy > 0.97
