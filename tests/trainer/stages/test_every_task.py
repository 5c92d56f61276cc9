"""The contract of all kinds: whatever is predicted, by whichever model, stages can work with it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import Source
from hone_trainer.dataset.dataset import Rows
from hone_trainer.models import AnyModel
from hone_trainer.models.network import Network, Part, join
from hone_trainer.tasks import AnyTask
from hone_trainer.tasks.learned import Calibration
from hone_trainer.tasks.scoring import figures, score
from lab import patience
from tests.trainer import worlds
from tests.trainer.conftest import Bench
from tests.trainer.worlds import MODELS, STEPS, TASKS, World, quiet, world

pytestmark = pytest.mark.tensorflow

every_pair = pytest.mark.parametrize(
    ("tasks", "kind"), [(tasks, kind) for tasks in TASKS for kind in MODELS]
)


def test_no_kind_of_task_is_left_out() -> None:
    assert {key for tasks in TASKS.values() for task in tasks for key in task} == set(AnyTask.kinds)


def test_no_kind_of_model_is_left_out() -> None:
    named = {(family, kind) for each in MODELS.values() for family in each for kind in each[family]}
    known = {
        (family, kind)
        for family, field in AnyModel.kinds.items()
        for kind in _kinds(AnyModel.model_fields[field].annotation)
    }
    assert named == known


def _kinds(annotation: Any) -> Iterator[str]:
    from hone_trainer.contract.spec import models

    for union in models(annotation):
        yield from getattr(union, "kinds", {})


@lru_cache(maxsize=32)
def learned(tasks: str, kind: str) -> tuple[World, Network, Network]:
    """Return a world, the network before the first step, and after a few."""
    from hone_trainer.backend.keras import keras, tf
    from hone_trainer.models.graph import open_graph
    from hone_trainer.train.objective import Objective
    from hone_trainer.train.sync_steps import Steps

    here, model = world(TASKS[tasks]), worlds.model(kind)
    keras.utils.set_random_seed(1)
    objective = Objective.of(open_graph(model, here.schema), here.schema)
    whole = objective.graph.whole
    fresh = Network(here.schema, (Part(model, tuple(whole.get_weights())),))
    optimizer = keras.optimizers.Adam(0.03)
    optimizer.build(objective.variables)
    batch = 12 if tasks == "ranking" else 60
    steps = Steps(tf.distribute.get_strategy(), objective, optimizer, here.read("train"), batch, 3)
    for epoch in range(6):
        for _ in steps.epoch(epoch, 0, 10, lambda: False):
            pass
    return here, fresh, Network(here.schema, (Part(model, tuple(whole.get_weights())),))


def leading(here: World, network: Network) -> list[float]:
    """Return the leading figure of each target on the test part, so that lower is better."""
    rows, found = here.read("test"), []
    blocks = list(network.answer(rows.features))
    for target in here.schema.targets:
        task, metric = target.how, next(target.how.metrics())
        told = [block[target.name] for block in blocks]
        value = metric.value(score(task, rows.targets[target.name], told))
        found.append(-value if metric.higher_is_better else value)
    return found


def priors(here: World, blind: bool = False) -> list[float]:
    """Return the same of the answers without features; ``blind``: not even of an item's name."""
    rows, found = here.read("test"), []
    for target in here.schema.targets:
        task, targets, metric = target.how, rows.targets[target.name], next(target.how.metrics())
        targets = replace(targets, item=None) if blind else targets
        value = metric.value(score(task, targets, [task.prior(target.facts, targets)]))
        found.append(-value if metric.higher_is_better else value)
    return found


def answers(network: Network, rows: Rows) -> dict[str, np.ndarray]:
    blocks = list(network.answer(rows.features))
    return {
        f"{target}/{name}": np.concatenate([block[target][name] for block in blocks])
        for target, found in blocks[0].items()
        for name in found
    }


Signature = tuple[dict[str, tuple[Any, ...]], ...]
"""Shape of a row and type of each input and of each output, by name."""


def signature(network: Network) -> Signature:
    model = network.build()
    inputs = zip(model.input_names, model.inputs, strict=True)
    return tuple(
        {name: (tuple(tensor.shape[1:]), tensor.dtype.name) for name, tensor in tensors}
        for tensors in (inputs, model.output.items())
    )


def shipped_signature(content: bytes) -> Signature:
    from ai_edge_litert.interpreter import Interpreter

    runner = Interpreter(model_content=content).get_signature_runner()
    return tuple(
        {
            name: (tuple(detail["shape_signature"].tolist()[1:]), np.dtype(detail["dtype"]).name)
            for name, detail in details.items()
        }
        for details in (runner.get_input_details(), runner.get_output_details())
    )


def calibrated(network: Network, rows: Rows) -> Network:
    blocks = list(network.answer(rows.features))
    whole = {
        target: {name: np.concatenate([b[target][name] for b in blocks]) for name in found}
        for target, found in blocks[0].items()
    }
    return network.calibrated(rows, whole)


@every_pair
def test_a_fresh_network_is_the_answer_without_features(tasks: str, kind: str) -> None:
    here, fresh, _ = learned(tasks, kind)
    assert leading(here, fresh) == pytest.approx(priors(here, blind=True), abs=1e-5)


@every_pair
def test_a_few_steps_beat_it(tasks: str, kind: str) -> None:
    here, _, trained = learned(tasks, kind)
    pairs = zip(leading(here, trained), priors(here), strict=True)
    assert all(ours < theirs for ours, theirs in pairs)


@every_pair
def test_a_network_comes_back_as_it_was_stored(tasks: str, kind: str, tmp_path: Path) -> None:
    here, _, trained = learned(tasks, kind)
    trained = calibrated(trained, here.read("validation"))
    bench = Bench(tmp_path)
    ctx = bench.context(bench.task("train", {"train": {"model": MODELS[kind]}}))
    stored = trained.save(ctx)
    report = ctx.commit(stored, {}, {}, "stored")
    assert report.manifest is not None
    source = Source(stage="train", kind="train", makes="model", manifest=report.manifest)
    back = Network.load(ctx.store, ctx.manifest(source))
    rows = here.read("test")
    ours, theirs = answers(trained, rows), answers(back, rows)
    assert ours.keys() == theirs.keys()
    for name, values in ours.items():
        np.testing.assert_array_equal(values, theirs[name])
    assert signature(back) == signature(trained)
    again = back.save(ctx, "again/")
    assert [each.sha256 for each in again] == [each.sha256 for each in stored]


@every_pair
def test_no_column_goes_in_for_nothing(tasks: str, kind: str) -> None:
    here, _, trained = learned(tasks, kind)
    few = {name: values[:60] for name, values in here.read("test").features.items()}
    assert set(signature(trained)[0]) == set(few)
    # As they are, then with one column after the other moved to other rows.
    moved = {
        name: np.concatenate([values, *(np.roll(values, other == name, axis=0) for other in few)])
        for name, values in few.items()
    }
    blocks = [np.split(each, 1 + len(few)) for each in answers(trained, Rows(moved, {})).values()]
    for number, name in enumerate(few, 1):
        assert any((block[0] != block[number]).any() for block in blocks), name


@every_pair
def test_the_file_that_ships_answers_as_the_network_does(tasks: str, kind: str) -> None:
    from hone_trainer.compress.tflite_export import convert
    from hone_trainer.models.answers import by_target
    from hone_trainer.models.litert import LiteModel

    here, _, trained = learned(tasks, kind)
    rows, content = here.read("test"), convert(trained, ())
    assert shipped_signature(content) == signature(trained)
    shipped = LiteModel(content)
    blocks = [by_target(here.schema, block) for block in shipped.answer(rows.features)]
    ours = answers(trained, rows)
    for target in here.schema.targets:
        for name in target.how.answers:
            theirs = np.concatenate([block[target.name][name] for block in blocks])
            np.testing.assert_allclose(theirs, ours[f"{target.name}/{name}"], rtol=1e-4, atol=1e-5)


@every_pair
def test_two_members_answer_as_their_average(tasks: str, kind: str) -> None:
    here, fresh, trained = learned(tasks, kind)
    rows = here.read("test")
    both = join((trained, fresh), (0.75, 0.25))
    first, second, joint = (answers(each, rows) for each in (trained, fresh, both))
    for name, values in joint.items():
        expected = 0.75 * first[name] + 0.25 * second[name]
        np.testing.assert_allclose(values, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("tasks", TASKS)
def test_pruning_keeps_what_was_learned(tasks: str) -> None:
    from hone_trainer.compress.techniques.prune import Prune

    here, _, trained = learned(tasks, "dense")
    pruned = Prune(sparsity=0.3, epochs=4).apply(trained, here, quiet)
    assert pruned.nonzero < trained.nonzero
    pairs = zip(leading(here, pruned), priors(here), strict=True)
    assert all(ours < theirs for ours, theirs in pairs)


@every_pair
def test_a_calibration_does_no_harm_to_what_it_is_for(tasks: str, kind: str) -> None:
    here, _, trained = learned(tasks, kind)
    rows = here.read("validation")
    fitted = calibrated(trained, rows)
    for target in here.schema.targets:
        losses = []
        for network in (trained, fitted):
            blocks = [block[target.name] for block in network.answer(rows.features)]
            calibration = network.calibrations.get(target.name, Calibration())
            scored = score(target.how, rows.targets[target.name], blocks, calibration)
            told = figures(target.how, scored)
            losses.append((told["logLoss"].value or 0.0) if "logLoss" in told else 0.0)
        assert losses[1] <= losses[0] + 1e-6


@pytest.fixture(scope="module")
def replicas(root: Path) -> dict[str, Any]:
    """What ``task_replicas`` printed."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.trainer.task_replicas"],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=patience.seconds(240),
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.mark.parametrize("tasks", STEPS)
def test_several_workers_take_the_rows_and_the_chances_that_one_would(
    tasks: str, replicas: dict[str, Any]
) -> None:
    one, *several = replicas[tasks]
    assert len(several) == 2
    for each in several:
        assert each["rows"] == one["rows"]
        assert each["sums"] == pytest.approx(one["sums"], rel=1e-5)
        assert each["weights"] == pytest.approx(one["weights"], abs=2e-5)
