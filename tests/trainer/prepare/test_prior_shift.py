"""What augmentation does to the odds of a label is known to the byte, and taken off again."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.trainer.conversions import ROWS, TASKS, log_odds, opened, weights, words, written

BALANCED: list[dict[str, Any]] = [
    {"balance": {"by": {way: {}}}} for way in ("weights", "repeat", "smote")
]
NEGATIVES: dict[str, Any] = {"negatives": {"of": "item", "by": "user", "per": 3}}


@pytest.mark.parametrize("step", [*BALANCED, NEGATIVES], ids=lambda step: json.dumps(step))
@pytest.mark.parametrize("weight", [None, "worth"])
def test_the_shift_of_the_prior_is_what_augmentation_did_to_the_odds(
    run_stage: Any, tmp_path: Path, step: dict[str, Any], weight: str | None
) -> None:
    task = {"label": "clicked"} | ({"weight": weight} if weight else {})
    run = words(written(tmp_path), tasks=[{"binary": task}])
    plain, _ = opened(run_stage, run, "plain")
    before = log_odds(plain.read("train"))
    run["prepare"]["augment"] = [step]
    data, facts = opened(run_stage, run)
    rows = data.read("train")
    (target,) = data.schema.targets
    assert target.facts.prior_shift == pytest.approx(log_odds(rows) - before, abs=1e-5)
    assert abs(target.facts.prior_shift) > 0.3
    answer = target.how.prior(target.facts, rows.targets["clicked"])["probability"][0, 0]
    assert np.log(answer / (1 - answer)) == pytest.approx(before, abs=1e-5)
    assert (log_odds(rows) == pytest.approx(0, abs=0.03)) == ("balance" in step)
    assert facts["labels"]["train"] == pytest.approx(weights(rows, "clicked"))
    for part in ("validation", "test"):
        assert log_odds(data.read(part)) == log_odds(plain.read(part))


def test_of_rows_that_are_all_positive_no_odds_are_known(run_stage: Any, tmp_path: Path) -> None:
    step = {"negatives": NEGATIVES["negatives"] | {"heldOut": 2}}
    run = words(written(tmp_path, clicked=[1] * ROWS), tasks=TASKS[:1], augment=[step])
    data, _ = opened(run_stage, run)
    facts = data.schema.targets[0].facts
    assert facts.prior_shift == 0
    assert facts.counts is not None
    assert facts.counts.tolist() == weights(data.read("train"), "clicked")


def test_a_drawn_row_has_no_target_of_what_comes_after_a_click(
    run_stage: Any, tmp_path: Path
) -> None:
    whole, _ = opened(run_stage, words(written(tmp_path)), "plain")
    data, facts = opened(run_stage, words(written(tmp_path), augment=[NEGATIVES]))
    assert facts["augmented"] > 300
    pairs = zip(whole.schema.targets, data.schema.targets, strict=True)
    (shift, none) = (after.facts.prior_shift - before.facts.prior_shift for before, after in pairs)
    assert (shift < -0.3, none) == (True, 0)
