"""Items that a user has met: among the answers or not, in figures and answers alike."""

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.dataset import Dataset
from hone_trainer.metrics.ranking import Recall
from hone_trainer.rows.row_tensors import RowTensors
from hone_trainer.tasks.learned import Asked, AskedGraph, Calibration, Learned, Targets
from hone_trainer.tasks.next_item import NextItem
from tests.trainer.conftest import Bench

NOTHING = Calibration()
KEYS = Learned(tuple("abcde"), np.ones(5))
SHARES = np.array([[0.4, 0.3, 0.15, 0.1, 0.05]] * 3)
TRUTH = np.array([2, 2, 0])
SEEN = np.array([[-1, -1], [0, 1], [-1, 0]])
"""Nothing, the two that are likeliest, and the one that came."""
SEQUENCE = {"of": "item", "by": "user", "along": "step", "length": 4}


def task(seen: Literal["ranked", "leftOut"] | None) -> NextItem:
    return NextItem(label="item", seen=seen)


def test_what_was_seen_stands_in_nobody_s_way_where_it_is_left_out() -> None:
    targets = Targets(TRUTH, np.ones(3), seen=SEEN)
    scored = task("leftOut").reduce(targets, {"probabilities": SHARES}, NOTHING)
    assert scored.columns["better"].tolist() == [2, 0, 5], "what was seen comes behind all"
    ranked = task("ranked").reduce(replace(targets, seen=None), {"probabilities": SHARES}, NOTHING)
    assert ranked.columns["better"].tolist() == [2, 2, 0]
    first = Recall(at=1)
    assert (first.value(scored), first.value(ranked)) == (1 / 3, 1 / 3)


@pytest.mark.parametrize(("seen", "named"), [("ranked", "ab"), ("leftOut", "cd"), (None, "cd")])
def test_answers_name_what_is_asked_for(
    seen: Literal["ranked", "leftOut"] | None, named: str
) -> None:
    asked = Asked(top=2, seen={"item": [["a", "b", "z"]]})
    (told,) = task(seen).told({"probabilities": SHARES[:1]}, KEYS, NOTHING, asked)
    assert [each["item"] for each in told["items"]] == list(named)


@pytest.mark.tensorflow
@pytest.mark.parametrize(("seen", "named"), [("ranked", "ab"), ("leftOut", "cd"), (None, "cd")])
def test_a_graph_names_the_same(seen: Literal["ranked", "leftOut"] | None, named: str) -> None:
    from hone_trainer.backend.keras import tf

    rows = RowTensors({"before": tf.constant([["a", "b", "z"]])}, tf.fill([1], ""))
    asked = AskedGraph(KEYS, NOTHING, rows, {"item": "before"}, top=2)
    found = task(seen).graph({"probabilities": tf.constant(SHARES[:1], tf.float32)}, asked)
    assert b"".join(found["items_item"].numpy()[0]).decode() == named


def _sessions(bench: Bench, words: dict[str, Any], *columns: dict[str, Any]) -> Dataset:
    prepare = {
        "source": {"sessionModel": {"users": 60, "length": 6, "items": 20}},
        "tasks": [{"nextItem": {"label": "item", **words}}],
        "columns": [{"name": "user", "id": {}}, {"name": "step", "number": {}}, *columns],
        "split": {"by": {"leaveOneOut": {"by": "user", "along": "step"}}},
    }
    bench("data", {"prepare": prepare})
    return Dataset.of(bench.context(bench.task("read", {})))


def test_figures_are_told_what_the_history_of_each_row_holds(run_stage: Bench) -> None:
    data = _sessions(run_stage, {"seen": "leftOut"}, {"name": "before", "sequence": SEQUENCE})
    rows = data.read("test")
    seen, before = rows.targets["item"].seen, np.asarray(rows.features["before"], int)
    keys = data.schema.targets[0].facts.keys
    assert seen.shape == before.shape
    assert ((seen >= 0) == (before > 1)).all()
    assert (seen[seen >= 0] == before[seen >= 0] - 2).all()
    assert seen.max() < len(keys)
    assert rows.targets["item"].take(slice(0, 5)).seen.shape == (5, 4)


def test_figures_that_rank_all_are_told_nothing(run_stage: Bench) -> None:
    data = _sessions(run_stage, {}, {"name": "before", "sequence": SEQUENCE})
    assert data.read("test").targets["item"].seen is None


def test_leaving_out_wants_a_history(run_stage: Bench) -> None:
    with pytest.raises(StageFailure, match=r"seen: leftOut wants a sequence of 'item'"):
        _sessions(run_stage, {"seen": "leftOut"})
