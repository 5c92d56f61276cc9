"""The contract of all kinds: whatever is predicted, by whichever model, stages can work with it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import Source
from hone_trainer.dataset.dataset import Rows
from hone_trainer.models import AnyModel
from hone_trainer.models.joining import join
from hone_trainer.models.network import Network
from hone_trainer.models.weight_inventory import weights_of
from hone_trainer.tasks import AnyTask
from hone_trainer.tasks.learned import Calibration
from hone_trainer.tasks.scoring import figures, score
from tests.trainer.conftest import Bench
from tests.trainer.taught import (
    answers,
    calibrated,
    leading,
    learned,
    priors,
    shipped_signature,
    signature,
)
from tests.trainer.worlds import EACH, MODELS, PAIRS, TASKS, quiet

pytestmark = pytest.mark.tensorflow

every_pair = pytest.mark.parametrize(("tasks", "kind"), PAIRS)
each_model = pytest.mark.parametrize(("tasks", "kind"), EACH)


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


@each_model
def test_a_fresh_network_is_the_answer_without_features(tasks: str, kind: str) -> None:
    here, fresh, _ = learned(tasks, kind)
    assert leading(here, fresh) == pytest.approx(priors(here, blind=True), abs=1e-5)


@each_model
def test_a_few_steps_beat_it(tasks: str, kind: str) -> None:
    here, _, trained = learned(tasks, kind)
    pairs = zip(leading(here, trained), priors(here), strict=True)
    assert all(ours < theirs for ours, theirs in pairs)


@each_model
def test_its_arrays_are_told_apart_by_names_and_known_before_they_are_built(
    tasks: str, kind: str
) -> None:
    here, _, trained = learned(tasks, kind)
    (part,) = trained.parts
    found = weights_of(part.model, here.schema)
    assert [weight.shape for weight in found] == [array.shape for array in part.arrays]
    assert len({weight.place for weight in found}) == len(found)
    assert any(weight.column for weight in found)


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


@each_model
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


@each_model
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
