"""Members that are not what they should be: refused by name, or kept from doing harm."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import Source, StageFailure
from hone_trainer.dataset.dataset import Dataset
from hone_trainer.fuse.ensemble_weights import settle
from hone_trainer.fuse.fusion import Answered
from hone_trainer.fuse.fusions import AnyFusion
from hone_trainer.models.network import Network
from hone_trainer.tasks.classes import Classes
from hone_trainer.tasks.learned import Targets
from hone_trainer.tasks.scoring import figures, score
from tests.trainer.conftest import Bench
from tests.trainer.fuse.test_members import MODELS, QUICK

BOTH = [{"stage": "dense"}, {"stage": "odd"}]
TUNING = {"optimizer": {"adam": {"learningRate": 0.01}}, "batchSize": 128}
FUSIONS: dict[str, dict[str, Any]] = {
    "vote": {"vote": {}},
    "hard": {"vote": {"voting": "hard"}},
    "average": {"weightedAverage": {}},
    "stack": {"stack": {"layers": [8], "epochs": 2}},
    "tuned": {"weightedAverage": {}, "fineTune": {"epochs": 1}},
    "adversarial": {"adversarial": {"epochs": 2, "judge": [8]}},
}


@pytest.fixture
def trained(clicks: Bench) -> Bench:
    """A stage that trained a model."""
    clicks("dense", {"train": {"model": MODELS["dense"], **QUICK}})
    return clicks


def odd(bench: Bench, change: Any) -> None:
    """Commit, as a stage that trained, a copy of the model with other weights."""
    (network,) = Network.members(bench.context(bench.task("next", {})))
    (part,) = network.parts
    weights = tuple(change(array) for array in part.arrays)
    run = {"train": {"model": MODELS["dense"], **QUICK}}
    ctx = bench.context(bench.task("odd", run))
    made = ctx.commit(replace(network, parts=(replace(part, weights=weights),)).save(ctx), {})
    assert made.manifest is not None
    bench.sources.append(Source(stage="odd", kind="train", makes="model", manifest=made.manifest))


@pytest.mark.tensorflow
@pytest.mark.parametrize("how", FUSIONS)
def test_weights_that_are_no_numbers_are_refused_by_the_name_of_the_member(
    trained: Bench, how: str
) -> None:
    odd(trained, lambda array: array * np.float32("nan"))
    run = {"fuse": {**FUSIONS[how], "members": BOTH, "tuning": TUNING}}
    with pytest.raises(StageFailure, match=r"member 1 answers with something that is no number"):
        trained("fuse", run)


@pytest.mark.tensorflow
@pytest.mark.parametrize("how", ["average", "stack", "tuned", "adversarial"])
def test_a_member_that_has_learned_nothing_does_no_harm(trained: Bench, how: str) -> None:
    draw = np.random.default_rng(3)
    odd(trained, lambda array: draw.normal(size=array.shape).astype(array.dtype))
    trained("fuse", {"fuse": {**FUSIONS[how], "members": BOTH, "tuning": TUNING}})
    assert auc(trained, "fuse") >= auc(trained, "dense") - 0.002


def auc(bench: Bench, stage: str) -> float:
    """On the test part, of the network of a stage."""
    ctx = bench.context(bench.task("next", {}))
    (network,) = Network.members(ctx, stage)
    rows, target = Dataset.of(ctx).read("test"), network.schema.targets[0]
    blocks = (block[target.name] for block in network.answer(rows.features))
    told = figures(target.how, score(target.how, rows.targets[target.name], blocks))
    return told["auc"].value or 0.0


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("fault", "reason"),
    [(lambda path: path.unlink(), "ArtifactMissing"), (None, "ArtifactDamaged")],
    ids=["missing", "damaged"],
)
def test_a_member_that_is_not_there_whole_is_named(trained: Bench, fault: Any, reason: str) -> None:
    odd(trained, lambda array: array)
    manifest = trained.read(trained.sources[-1].manifest)
    path = Path(manifest.file("weights.npz").uri)
    if fault is None:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    else:
        fault(path)
    with pytest.raises(StageFailure) as told:
        trained("fuse", {"fuse": {"vote": {}, "members": BOTH}})
    assert told.value.reason == reason
    assert "odd/0/0/weights.npz" in told.value.message


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    "changes",
    [
        {"columns": [{"name": "user", "id": {}}]},
        {"tasks": [{"binary": {"label": "clicked", "name": "liked"}}]},
    ],
    ids=["inputs", "targets"],
)
def test_what_reads_or_says_something_else_is_refused(
    trained: Bench, changes: dict[str, Any]
) -> None:
    from tests.trainer.conftest import CLICKS

    ours = trained.sources[-1].manifest.uri
    trained("other", {"prepare": {**CLICKS["prepare"], **changes}})
    run = {"fuse": {"vote": {}, "members": [{"uri": ours}]}}
    with pytest.raises(StageFailure, match=r"other columns or vocabularies: train it on"):
        trained("fuse", run)


@pytest.mark.parametrize("kind", ["vote", "hard", "ranks", "weightedAverage"])
@pytest.mark.parametrize("seed", range(5))
def test_of_many_rows_chance_is_kept_out_of_votes_and_averages(kind: str, seed: int) -> None:
    """Three members that know something, and one that was trained on random labels."""
    words = {"voting": kind} if kind in ("hard", "ranks") else {}
    fusion = AnyFusion.model_validate({"vote" if words else kind: words}).value
    draw = np.random.default_rng(seed)
    validation, test = (answered(draw, fusion.counts) for _ in range(2))
    settled = settle(fusion.fit(validation), validation)
    single = [accuracy(test, np.eye(4)[k]) for k in range(4)]
    assert accuracy(test, np.array(settled.shares)) >= max(single) - 0.002


def answered(draw: np.random.Generator, voting: Any) -> Answered:
    """Answers to 10,000 rows of five classes."""
    truth = draw.integers(0, 5, 10_000)
    told = []
    for skill in (1.5, 1.4, 1.3, 0.0):
        logits = draw.normal(size=(len(truth), 5)) + skill * np.eye(5)[truth]
        told.append(np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True))
    targets = Targets(truth, np.ones(len(truth), np.float32))
    members = tuple({"probabilities": each} for each in told)
    return Answered(Classes(label="intent"), targets, members, voting)


def accuracy(given: Answered, shares: Any) -> float:
    """Of the fused answer."""
    told = figures(given.task, score(given.task, given.targets, given.joint(shares)))
    return told["accuracy"].value or 0.0
