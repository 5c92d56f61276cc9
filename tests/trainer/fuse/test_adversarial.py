"""A student against a judge: the judge alone tells the two students apart."""

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from hone_trainer.models.joining import join
from hone_trainer.models.network import Network
from hone_trainer.stages import AnyStage
from tests.trainer.conftest import Bench
from tests.trainer.fuse.test_stacking import BOTH
from tests.trainer.taught import learned

pytestmark = pytest.mark.tensorflow

TUNING = {"optimizer": {"adam": {"learningRate": 0.01}}, "batchSize": 128}


def opposed(bench: Bench, **words: Any) -> tuple[dict[str, float], list[dict[str, float]]]:
    """The figures and the history of a fusion."""
    how = {"epochs": 2, "judge": [16], **words}
    report = bench("fuse", {"fuse": {"adversarial": how, "members": BOTH, "tuning": TUNING}})
    figures = {metric.name: float(metric.value) for metric in report.metrics}
    return figures, bench.manifest(report).facts["history"]


def test_a_student_goes_on_that_is_as_small_as_a_member_and_no_worse(trained: Bench) -> None:
    figures, history = opposed(trained)
    assert figures["valAuc"] >= max(figures["member0ValAuc"], figures["member1ValAuc"])
    assert len(history) == 3
    assert all(0 <= epoch["valJudge"] <= 1 for epoch in history)
    assert history[0]["valAuc"] == pytest.approx(history[0]["valUnopposedAuc"], abs=1e-6)
    assert history[2]["valAuc"] != history[2]["valUnopposedAuc"]
    (network,) = Network.members(trained.context(trained.task("next", {})))
    assert len(network.parts) == 1
    small = {"candidates": [{"techniques": [{"quantize": {"mode": "int8"}}]}]}
    trained("compress", {"compress": small})
    assert "auc" in {metric.name for metric in trained("evaluate", {"evaluate": {}}).metrics}


def test_a_judge_that_does_not_count_changes_nothing(trained: Bench) -> None:
    _, history = opposed(trained, weight=0, warmUp=0, student=1)
    for epoch in history:
        assert epoch["valAuc"] == pytest.approx(epoch["valUnopposedAuc"], abs=1e-5)


def test_a_student_by_chance_is_found_out_at_first_and_learns(trained: Bench) -> None:
    figures, history = opposed(trained, fresh=True, epochs=12)
    assert history[0]["valAuc"] == pytest.approx(history[0]["valUnopposedAuc"], abs=1e-6)
    assert history[0]["valAuc"] < 0.6 < history[0]["valJudge"]
    assert max(epoch["valAuc"] for epoch in history) > history[0]["valAuc"] + 0.1
    assert figures["valAuc"] >= max(figures["member0ValAuc"], figures["member1ValAuc"]) - 0.02


def test_a_number_that_is_no_member_is_refused(trained: Bench) -> None:
    with pytest.raises(Exception, match=r"adversarial.student: there are 2 members: choose"):
        opposed(trained, student=2)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"fineTune": {}}, "distill is trained already"),
        ({"tuning": {"strategy": {"parameterServer": {}}}}, "workers that keep in step"),
    ],
)
def test_what_it_cannot_be_is_refused(words: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        AnyStage.model_validate({"fuse": {"adversarial": {}, **words}})


@pytest.mark.parametrize("tasks", ["binary", "classes"])
def test_a_judge_learns_who_answers_where_that_can_be_told(tasks: str) -> None:
    """The student answers with the prior, the member with what it has learned."""
    from hone_trainer.backend.keras import keras, tf
    from hone_trainer.models.graph import open_graph
    from hone_trainer.train.adversarial_objective import AdversarialObjective
    from hone_trainer.train.adversarial_terms import Student, Terms
    from hone_trainer.train.feed import HeldFeed
    from hone_trainer.train.sync_steps import Steps

    world, fresh, taught = learned(tasks, "dense")
    graph = open_graph(fresh.parts[0].model, world.schema)
    terms = Terms(0.0, 0.5, (16,), each=False)
    student = Student(fresh.parts[0].model, {})
    objective = AdversarialObjective.over(graph, student, taught, terms)
    optimizer = keras.optimizers.Adam(0.02)
    optimizer.build(objective.variables)
    feed = HeldFeed(world.read("train"), world.schema)
    steps = Steps(tf.distribute.get_strategy(), objective, optimizer, feed, 60, 3)
    steps.train(objective.judge.trainable_variables)
    for epoch in range(12):
        for _ in steps.epoch(epoch, 0, 10, lambda: False):
            pass
    assert objective.beside(world.read("test"))["valJudge"] > 0.7


@pytest.mark.parametrize("tasks", ["binary", "classes", "number", "nextItem", "two heads"])
@pytest.mark.parametrize("each", [False, True])
def test_a_step_of_any_task_trains_the_student_and_the_judge(tasks: str, each: bool) -> None:
    from hone_trainer.backend.keras import keras, tf
    from hone_trainer.models.graph import open_graph
    from hone_trainer.train.adversarial_objective import AdversarialObjective
    from hone_trainer.train.adversarial_terms import Student, Terms
    from hone_trainer.train.feed import HeldFeed
    from hone_trainer.train.sync_steps import Steps

    world, fresh, taught = learned(tasks, "dense")
    (part,) = taught.parts
    network = join((taught, fresh), (0.7, 0.3))
    graph = open_graph(part.model, world.schema)
    terms = Terms(0.5, 0.5, (8,), each)
    objective = AdversarialObjective.over(graph, Student(part.model, {}), network, terms)
    rows = world.read("test")
    before, start = objective.beside(rows), [each.numpy() for each in objective.variables]
    optimizer = keras.optimizers.Adam(0.01)
    optimizer.build(objective.variables)
    feed = HeldFeed(world.read("train"), world.schema)
    steps = Steps(tf.distribute.get_strategy(), objective, optimizer, feed, 60, 3)
    for epoch in range(4):
        for block in steps.epoch(epoch, 0, 10, lambda: False):
            assert np.isfinite(block.sums).all()
    after = objective.beside(rows)
    assert after["valJudge"] >= 0
    assert before.keys() == after.keys()
    moved = [
        not np.array_equal(a, b.numpy()) for a, b in zip(start, objective.variables, strict=True)
    ]
    assert all(moved), "both students and the judge"
