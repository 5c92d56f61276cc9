"""Which of two answers is better, where what tells them apart may be chance."""

from dataclasses import replace

import numpy as np

from hone_trainer.fuse.ensemble_weights import settle
from hone_trainer.fuse.fusion import Answered
from hone_trainer.fuse.preference import harms
from hone_trainer.metrics import named
from hone_trainer.tasks.classes import Classes
from hone_trainer.tasks.learned import Targets
from hone_trainer.tasks.scoring import score
from tests.trainer.fuse.test_fusions import clicked


def test_a_difference_of_a_row_is_noise_and_the_next_figure_decides() -> None:
    """Together they decide one row of 400 wrong that the first decides right, and are far surer."""
    truth = np.arange(400) % 4
    near, far = 0.3 * np.eye(4)[truth] + 0.175, 0.9 * np.eye(4)[truth] + 0.025
    far[0] = np.roll(far[0], 1)
    targets = Targets(truth, np.ones(400, np.float32))
    each = ({"probabilities": near}, {"probabilities": far})
    answered = Answered(Classes(label="intent"), targets, each)
    first, both = (settle(shares, answered) for shares in ((1.0, 0.0), (0.5, 0.5)))
    assert both.alone is None
    assert (both.joint["accuracy"].value or 0) < (first.joint["accuracy"].value or 0)
    assert (both.joint["logLoss"].value or 0) < (first.joint["logLoss"].value or 0)
    assert settle((0.5, 0.5), replace(answered, voting="hard")).alone == 0, "votes have no loss"


def test_what_is_worse_by_more_than_noise_is_worse_whatever_the_loss() -> None:
    labels = (np.arange(400) % 2).astype(np.float32)
    sure = np.where(labels > 0, 0.95, 0.05)
    wrong = np.where(np.arange(400) < 30, 1 - sure, sure)
    shy = np.where(labels > 0, 0.51, 0.49)
    answered = clicked([shy, wrong], labels)
    old, new = (score(answered.task, answered.targets, answered.alone(k)) for k in (0, 1))
    assert harms(answered.task, old, new) is True, "AUC .86 against 1, at a lower loss"
    assert (named("logLoss").difference(old, new).high or 0) < 0
    assert harms(answered.task, old, new, votes=True) is True
    assert harms(answered.task, new, old, doubtful=True) is False, "shown"


def test_of_what_was_learned_on_few_rows_the_gain_has_to_be_shown() -> None:
    labels = (np.arange(40) % 2).astype(np.float32)
    shy = np.where(labels > 0, 0.6, 0.4)
    shy[:4] = 1 - shy[:4]
    better = np.where(np.arange(40) < 1, 0.52, shy)
    answered = clicked([shy, better], labels)
    old, new = (score(answered.task, answered.targets, answered.alone(k)) for k in (0, 1))
    assert harms(answered.task, old, new) is False
    assert harms(answered.task, old, new, doubtful=True) is True
