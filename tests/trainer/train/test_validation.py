"""Measuring takes a bounded number of rows through the model, however long a list is."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hone_trainer.dataset.dataset import Rows
from tests.trainer import worlds
from tests.trainer.worlds import TASKS, world

pytestmark = pytest.mark.tensorflow


def one_list(rows: Rows) -> Rows:
    """The same rows as a single list."""
    targets = {
        name: replace(each, group=np.zeros(len(each.weight), np.int64))
        for name, each in rows.targets.items()
    }
    return Rows(rows.features, targets, rows.weights)


@pytest.mark.parametrize("tasks", TASKS)
def test_rows_in_pieces_are_worth_what_they_are_worth_at_once(
    tasks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hone_trainer.backend.keras import keras
    from hone_trainer.models.graph import open_graph
    from hone_trainer.train import validation
    from hone_trainer.train.objective import Objective

    here = world(TASKS[tasks], 120)
    keras.utils.set_random_seed(1)
    objective = Objective.of(open_graph(worlds.model("dense"), here.schema), here.schema)
    rows = here.read("validation")
    rows = one_list(rows) if tasks == "ranking" else rows
    found, most = [], []
    for at_once in (16, 8192):
        monkeypatch.setattr(validation, "ROWS", at_once)
        measuring = validation.Validation(objective, rows)
        forward = measuring._logits
        seen: list[int] = []

        def watched(chosen: Any, forward: Any = forward, seen: Any = seen) -> Any:
            seen.append(len(chosen))
            return forward(chosen)

        monkeypatch.setattr(measuring, "_logits", watched)
        found.append(measuring.measure())
        most.append(max(seen))
    assert most == [16, 120]
    assert found[0] == pytest.approx(found[1], rel=1e-5)
