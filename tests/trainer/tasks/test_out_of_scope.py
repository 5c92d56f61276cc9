"""Rows of no known class: told apart by how sure an answer is."""

import numpy as np
import pytest

from hone_trainer.metrics.auc import Auc
from hone_trainer.metrics.out_of_scope_auc import OutOfScopeAuc
from hone_trainer.metrics.scored import Scored
from hone_trainer.tasks.calibration import LEAST
from hone_trainer.tasks.classes import Classes
from hone_trainer.tasks.learned import Asked, Calibration, Learned, Targets
from hone_trainer.tasks.logits import softmax

KEYS = Learned(("cat", "dog", "owl"), np.ones(3))
TASK = Classes.model_validate({"label": "y", "outOfScope": {"keep": 0.9}})
ROWS = 4 * LEAST


def rows(unknown: float, seed: int = 3) -> tuple[Targets, dict[str, np.ndarray]]:
    """Known rows are answered with certainty, a share of others is not."""
    draw = np.random.default_rng(seed)
    truth = np.where(draw.random(ROWS) < unknown, -1, draw.integers(3, size=ROWS))
    logits = draw.normal(0, 1, (ROWS, 3))
    logits[np.arange(ROWS), np.maximum(truth, 0)] += np.where(truth < 0, 0, 4)
    return Targets(truth, np.ones(ROWS)), {"probabilities": softmax(logits)}


def scored(unknown: float) -> Scored:
    targets, answers = rows(unknown)
    return TASK.reduce(targets, answers, Calibration())


def test_the_share_of_known_rows_that_was_asked_for_stays_in_scope() -> None:
    targets, answers = rows(0.3)
    fitted = TASK.calibrate(targets, answers)
    told = TASK.told(
        TASK.answer(np.log(answers["probabilities"]), KEYS, fitted), KEYS, fitted, Asked()
    )
    inside = np.array([each["inScope"] for each in told])
    assert inside[targets.values >= 0].mean() == pytest.approx(0.9, abs=2 / ROWS + 1e-9)
    assert inside[targets.values < 0].mean() < 0.4


def test_rows_without_weight_do_not_say_where_the_scope_ends() -> None:
    targets, answers = rows(0.0)
    weight = 1.0 - np.arange(ROWS) % 2
    unsure = np.where(weight[:, None] > 0, answers["probabilities"], 1 / 3)
    mixed = {"probabilities": unsure}
    fitted = TASK.calibrate(Targets(targets.values, weight), mixed)
    inside = TASK.answer(np.log(mixed["probabilities"]), KEYS, fitted)["probabilities"].max(axis=1)
    kept = inside[weight > 0] >= fitted.threshold
    assert kept.mean() == pytest.approx(0.9, abs=4 / ROWS)


def test_where_no_row_is_known_all_are_in_scope() -> None:
    _, answers = rows(0.0)
    fitted = TASK.calibrate(Targets(np.full(ROWS, -1), np.ones(ROWS)), answers)
    assert fitted.threshold == 0.0


def test_the_figure_is_the_auc_of_how_sure_the_answers_are() -> None:
    found = scored(0.3)
    known = found.columns["scope"]
    same = Scored({"truth": known, "probability": found.columns["forecast"]}, found.weight)
    assert OutOfScopeAuc().value(found) == Auc().value(same)
    assert 0.8 < OutOfScopeAuc().value(found) < 1
    estimate = OutOfScopeAuc().estimate(found)
    assert estimate.low is not None
    assert estimate.low < OutOfScopeAuc().value(found)


@pytest.mark.parametrize(("unknown", "said"), [(0.0, "have"), (1.0, "lack")])
def test_it_is_not_defined_where_all_rows_are_alike(unknown: float, said: str) -> None:
    estimate = OutOfScopeAuc().estimate(scored(unknown))
    assert (estimate.value, estimate.reason) == (
        None,
        f"every row is of a class that training rows {said}",
    )


def test_who_does_not_ask_is_not_told() -> None:
    plain = Classes(label="y")
    targets, answers = rows(0.3)
    assert "scope" not in plain.figured
    assert "inScope" not in plain.says
    assert "inScope" not in plain.told(answers, KEYS, Calibration(), Asked())[0]
    assert OutOfScopeAuc() not in plain.metrics()
    assert "scope" not in plain.reduce(targets, answers, Calibration()).columns
