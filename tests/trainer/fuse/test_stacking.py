"""Members trained on as one: it starts at their average, exactly, and may only gain."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from hone_trainer.backend.keras import tf
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.dataset import Dataset, Rows
from hone_trainer.fuse.fusion import Answered
from hone_trainer.fuse.held_out import HeldOut, choosing
from hone_trainer.fuse.joint_training import JointTraining
from hone_trainer.models.joining import join
from hone_trainer.models.network import Network, Part
from hone_trainer.stages import AnyStage
from hone_trainer.tasks.ballots import Voting
from hone_trainer.tasks.learned import Calibration, Targets
from tests.trainer.conftest import Bench
from tests.trainer.fuse.test_members import MODELS
from tests.trainer.taught import answers, learned
from tests.trainer.worlds import TASKS

pytestmark = pytest.mark.tensorflow

BOTH = [{"stage": name} for name in MODELS]


def begun(training: JointTraining) -> Network:
    """The network before the first step."""
    part = Part(training.model)
    (made,) = replace(training.network, parts=(part,), shares=(1.0,)).assemble().parts
    given = training.beginning.given
    for weight in made.weights:
        name = weight.name.partition(":")[0].removeprefix("m0_")
        if name in given:
            weight.assign(given[name])
    weights = tuple(made.get_weights())
    return replace(training.network, parts=(Part(part.model, weights),), shares=(1.0,))


@pytest.mark.parametrize("tasks", TASKS)
@pytest.mark.parametrize("layers", [(), (8,)])
def test_it_starts_at_the_average_of_its_members(tasks: str, layers: tuple[int, ...]) -> None:
    world, fresh, taught = learned(tasks, "dense")
    fitted = {t.name: Calibration(2.0) for t in taught.schema.targets if t.how.calibrates}
    members = join((replace(taught, calibrations=fitted), fresh), (0.7, 0.3))
    rows = world.read("test")
    expected = answers(members, rows)
    told = answers(begun(JointTraining(members, layers, 0.1)), rows)
    for name, values in expected.items():
        np.testing.assert_allclose(told[name], values, rtol=1e-3, atol=2e-5)


@pytest.mark.parametrize(
    ("tasks", "voting"),
    [
        ("binary", "hard"),
        ("classes", "hard"),
        ("classes", "ranks"),
        ("nextItem", "hard"),
        ("nextItem", "ranks"),
    ],
)
def test_a_graph_counts_votes_as_the_fusion_does(tasks: str, voting: Voting) -> None:
    world, fresh, taught = learned(tasks, "dense")
    rows = world.read("test")
    shares = np.full(3, 1 / 3)
    members = (taught, fresh, taught)
    name = world.schema.targets[0].name
    each = tuple(next(iter(network.answer(rows.features)))[name] for network in members)
    task = world.schema.targets[0].how
    (expected,) = Answered(task, rows.targets[name], each, voting).joint(shares)
    joint = join(members, tuple(shares), voting=voting)
    (told,) = (block[name] for block in joint.answer(rows.features))
    for answer, values in expected.items():
        np.testing.assert_allclose(told[answer], values, atol=1e-5)
    with pytest.raises(StageFailure, match="vote for classes"):
        join((joint, fresh), (0.5, 0.5))


@pytest.mark.parametrize(
    "words",
    [
        {"stack": {"layers": [8], "epochs": 2}},
        {"stack": {"layers": [8], "epochs": 2, "rows": "training"}},
        {"stack": {"layers": [8], "epochs": 1}, "fineTune": {"epochs": 1}},
        {"weightedAverage": {}, "fineTune": {"epochs": 2}},
    ],
    ids=["stack", "training", "both", "tune"],
)
def test_what_is_trained_goes_through_the_stages(trained: Bench, words: dict[str, Any]) -> None:
    tuning = {"optimizer": {"adam": {"learningRate": 0.01}}, "batchSize": 128}
    report = trained("fuse", {"fuse": {**words, "members": BOTH, "tuning": tuning}})
    facts = trained.manifest(report).facts
    figures = {metric.name: float(metric.value) for metric in report.metrics}
    assert figures["valLogLoss"] < 0.6
    assert facts["kept"] in ("trained", "average", "member")
    assert len(facts["history"]) == sum(each.get("epochs", 0) for each in words.values())
    ctx = trained.context(trained.task("next", {}))
    (network,) = Network.members(ctx)
    rows = Dataset.of(ctx).read("test")
    assert np.isfinite(answers(network, rows)["clicked/probability"]).all()
    small = {"candidates": [{"techniques": [{"quantize": {"mode": "int8"}}]}]}
    trained("compress", {"compress": small})
    told = {metric.name for metric in trained("evaluate", {"evaluate": {}}).metrics}
    assert "auc" in told


def test_members_stay_as_they_are_where_nothing_else_is_said(trained: Bench) -> None:
    run = {"fuse": {"stack": {"layers": [8], "epochs": 2, "dropout": 0}, "members": BOTH}}
    seen: list[Any] = []

    def kept(ended: Any) -> Any:
        from hone_trainer.train.outcome import Outcome

        seen.append(Outcome.of(ended).network)
        return Outcome.of(ended).commit(ctx)

    ctx = trained.context(trained.task("fuse", run))
    members = [Network.members(ctx, name)[0] for name in MODELS]
    training = JointTraining(join(members, (0.5, 0.5)), (8,), frozen_epochs=2)
    from hone_trainer.stages import AnyStage

    training.run(AnyStage.model_validate(run).value.tuning, ctx, tf.distribute.get_strategy(), kept)
    (network,) = seen
    built = network.assemble().parts[0]
    arrays = {w.name.partition(":")[0]: w.numpy() for w in built.weights}
    before: Any = training.beginning.given
    same = [n for n, array in before.items() if np.array_equal(arrays[f"m0_{n}"], array)]
    others = [n for n in arrays if n.removeprefix("m0_") not in same]
    assert {name for name in before if name.startswith(("s0_", "s1_"))} <= set(same)
    assert any("correction" in name for name in others)


def test_dense_layers_learn_on_rows_that_no_member_was_trained_on(trained: Bench) -> None:
    ctx = trained.context(trained.task("next", {}))
    held, whole = HeldOut.within(ctx), Dataset.of(ctx).read("validation")
    learned_on, chosen = (held.read(part) for part in ("train", "validation"))
    assert len(chosen) == pytest.approx(len(whole) / 5, abs=1)
    assert len(learned_on) + len(chosen) == len(whole)
    assert (whole.take(held.chosen).features["user"] == chosen.features["user"]).all()
    run = {"stack": {"layers": [8], "epochs": 3}, "members": BOTH, "tuning": {"batchSize": 16}}
    report = trained("fuse", {"fuse": run})
    assert len(trained.manifest(report).facts["history"]) == 3
    with pytest.raises(StageFailure, match="larger"):
        trained("again", {"fuse": {**run, "tuning": {"batchSize": len(learned_on) + 1}}})


def test_of_a_group_all_rows_learn_or_choose() -> None:
    group = np.repeat(np.arange(100), 7)
    targets = Targets(np.zeros(700), np.ones(700, np.float32), group=group)
    chooses = choosing(Rows({}, {"bought": targets}), "bought", 3)
    assert chooses.sum() == 140
    assert all(len(set(chooses[group == each])) == 1 for each in range(100))


def test_what_was_stacked_is_trained_further_as_it_is() -> None:
    world, fresh, taught = learned("classes", "dense")
    rows = world.read("test")
    stacked = begun(JointTraining(join((taught, fresh), (0.7, 0.3)), (8,), 0.1))
    again = JointTraining(stacked)
    assert again.model is stacked.parts[0].model
    told = (answers(each, rows) for each in (stacked, begun(again)))
    for one, other in zip(*(each.values() for each in told), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
    with pytest.raises(StageFailure, match="one of several already"):
        _ = JointTraining(stacked, (8,)).model


def test_learning_on_two_parts_at_once_is_refused() -> None:
    run = {"fuse": {"stack": {"rows": "validation"}, "fineTune": {}}}
    with pytest.raises(ValidationError, match="name this stage in the members of a later fuse"):
        AnyStage.model_validate(run)
