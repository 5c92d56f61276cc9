"""One model that learns from several: as the best of them, or of an architecture of its own."""

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from hone_trainer.models.joining import join
from hone_trainer.models.network import Network
from hone_trainer.stages import AnyStage
from tests.trainer.conftest import Bench
from tests.trainer.fuse.test_adversarial import TUNING
from tests.trainer.fuse.test_stacking import BOTH
from tests.trainer.taught import learned

SMALL = {"generic": {"dense": {"embedding": 4, "layers": [4]}}}


def distilled(bench: Bench, **words: Any) -> tuple[dict[str, float], Network, str]:
    """The figures of a fusion, what goes on, and whether that was trained."""
    how = {"epochs": 3, **words}
    report = bench("fuse", {"fuse": {"distill": how, "members": BOTH, "tuning": TUNING}})
    (network,) = Network.members(bench.context(bench.task("next", {})))
    figures = {metric.name: float(metric.value) for metric in report.metrics}
    return figures, network, bench.manifest(report).facts["kept"]


@pytest.mark.tensorflow
def test_the_best_member_goes_on_learning(trained: Bench) -> None:
    figures, network, _ = distilled(trained)
    assert figures["valAuc"] >= max(figures["member0ValAuc"], figures["member1ValAuc"]) - 0.01
    assert len(network.parts) == 1


@pytest.mark.tensorflow
def test_a_model_of_its_own_is_as_small_as_it_says(trained: Bench) -> None:
    figures, network, kept = distilled(trained, model=SMALL, epochs=30)
    (part,) = network.parts
    width: Any = part.model.model
    assert (width.embedding == 4) == (kept == "trained")
    assert figures["valAuc"] >= max(figures["member0ValAuc"], figures["member1ValAuc"]) - 0.01
    small = {"candidates": [{"techniques": [{"quantize": {"mode": "int8"}}]}]}
    trained("compress", {"compress": small})
    assert "auc" in {metric.name for metric in trained("evaluate", {"evaluate": {}}).metrics}


@pytest.mark.tensorflow
@pytest.mark.parametrize("tasks", ["binary", "classes", "number", "nextItem", "two heads"])
def test_a_student_comes_nearer_to_its_teachers(tasks: str) -> None:
    from hone_trainer.backend.keras import keras, tf
    from hone_trainer.models.graph import open_graph
    from hone_trainer.train.distillation_objective import DistillationObjective
    from hone_trainer.train.feed import HeldFeed
    from hone_trainer.train.sync_steps import Steps

    world, fresh, taught = learned(tasks, "dense")
    network = join((taught, fresh), (0.9, 0.1))
    graph = open_graph(fresh.parts[0].model, world.schema)
    objective = DistillationObjective.over(graph, network, 1.0)
    rows = world.read("test")
    features = {name: tf.constant(values) for name, values in rows.features.items()}

    def far() -> float:
        told = objective.teacher.told(features)
        each = [
            tf.reduce_mean(
                tf.abs(graph.whole(features)[t.name] - objective.teacher.taught(told, t))
            )
            for t in world.schema.targets
        ]
        return float(tf.add_n(each))

    before = far()
    optimizer = keras.optimizers.Adam(0.02)
    optimizer.build(objective.variables)
    feed = HeldFeed(world.read("train"), world.schema)
    steps = Steps(tf.distribute.get_strategy(), objective, optimizer, feed, 60, 3)
    for epoch in range(12):
        for block in steps.epoch(epoch, 0, 10, lambda: False):
            assert np.isfinite(block.sums).all()
    assert far() < 0.7 * before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"fineTune": {}}, "is trained already"),
        ({"tuning": {"strategy": {"parameterServer": {}}}}, "workers that keep in step"),
    ],
)
def test_what_it_cannot_be_is_refused(words: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        AnyStage.model_validate({"fuse": {"distill": {}, **words}})
