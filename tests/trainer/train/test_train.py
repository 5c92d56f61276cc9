"""Training in one process: what it makes, how it resumes, how it refuses."""

from typing import Any

import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.dataset import Dataset
from hone_trainer.metrics.auc import Auc
from hone_trainer.models.network import Network
from hone_trainer.tasks.scoring import score
from tests.trainer.interruptions import interrupted, save_at_once

pytestmark = pytest.mark.tensorflow

TRAIN: dict[str, Any] = {
    "model": {"recommendation": {"lstm": {"embedding": 8, "units": 8}}},
    "optimizer": {"adam": {"learningRate": 0.02}},
    "epochs": 3,
    "batchSize": 256,
    "stepsPerExecution": 4,
}

BOUGHT = [{"binary": {"label": "bought"}}]


def history(bench: Any, report: Any) -> list[dict[str, float]]:
    found: list[dict[str, float]] = bench.manifest(report).facts["history"]
    return found


def auc_on_validation(bench: Any) -> float:
    """The figure of the committed network, which no calibration moves."""
    ctx = bench.context(bench.task("next", {}))
    (network,) = Network.members(ctx)
    rows = Dataset.of(ctx).read("validation")
    (target,) = network.schema.targets
    blocks = (block[target.name] for block in network.answer(rows.features))
    return Auc().value(score(target.how, rows.targets[target.name], blocks))


def test_a_network_is_trained_and_committed(clicks: Any) -> None:
    clicks.posts.clear()
    report = clicks("train", {"train": TRAIN})
    epochs = history(clicks, report)
    assert [epoch["epoch"] for epoch in epochs] == [1, 2, 3]
    assert epochs[-1]["loss"] < epochs[0]["loss"]
    metrics = {metric.name: float(metric.value) for metric in report.metrics}
    assert auc_on_validation(clicks) == pytest.approx(metrics["valAuc"], abs=1e-6)
    assert next(iter(metrics)) == clicks.manifest(report).facts["headline"] == "valAuc"
    assert clicks.manifest(report).facts["headlineTitle"] == "validation AUC"
    fractions = [post.fraction for post in clicks.posts]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert any(post.remaining_seconds is not None for post in clicks.posts)


def test_the_best_epoch_is_kept(clicks: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from hone_trainer.train.validation import Validation

    class Told(Validation):
        """How a training goes, each processor decides for itself."""

        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            self.losses = iter((0.6, 0.4, 0.5))

        def measure(self) -> dict[str, float]:
            return super().measure() | {"valLoss": next(self.losses)}

    monkeypatch.setattr("hone_trainer.train.loop.Validation", Told)
    runs: dict[str, dict[str, Any]] = {
        "best": {},
        "last": {"keep": "last"},
        "two": {"epochs": 2, "keep": "last"},
    }
    reports = []
    for stage, words in runs.items():
        reports.append(clicks(stage, {"train": TRAIN | words}))
        clicks.sources.pop()
    made = [clicks.manifest(report) for report in reports]
    kept = [each.facts["keptEpoch"] for each in made]
    assert kept == [2, 3, 2]
    weights = [each.file("weights.npz").sha256 for each in made]
    assert weights[0] == weights[2] != weights[1]


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Save at every chance."""
    save_at_once(monkeypatch)


@pytest.mark.parametrize(
    ("after", "says"),
    [
        (0.3, []),
        (1.7, ["resumed in epoch 2, after step 4 of 10"]),
        (2, ["resumed in epoch 2, after step 8 of 10"]),
        (2.1, ["resumed after epoch 2"]),
        (2.9, ["resumed in epoch 3, after step 8 of 10"]),
    ],
)
def test_an_interrupted_training_goes_on_where_it_was(
    clicks: Any, eager: None, after: float, says: list[str]
) -> None:
    whole = clicks("whole", {"train": TRAIN})
    clicks.sources.pop()
    interrupted(clicks, TRAIN, after=after)
    resumed = clicks("train", {"train": TRAIN}, attempt=1)
    told = [post.message for post in clicks.posts if "resumed" in post.message]
    assert told == says
    one, two = (clicks.manifest(report).file("weights.npz") for report in (whole, resumed))
    assert one.sha256 == two.sha256
    kept = [[e["loss"] for e in history(clicks, report)] for report in (whole, resumed)]
    assert kept[0] == kept[1]  # to the last bit


def test_another_configuration_starts_from_its_beginning(clicks: Any, eager: None) -> None:
    interrupted(clicks, TRAIN, after=2)
    report = clicks("train", {"train": TRAIN | {"batchSize": 128}}, attempt=1)
    assert not any("resumed" in post.message for post in clicks.posts)
    assert len(history(clicks, report)) == 3


def test_members_differ(clicks: Any) -> None:
    run = TRAIN | {"members": 2, "epochs": 1}
    reports = [clicks("train", {"train": run}, member=m, members=2) for m in range(2)]
    digests = {clicks.manifest(report).file("weights.npz").sha256 for report in reports}
    assert len(digests) == 2
    assert len(Network.members(clicks.context(clicks.task("next", {})))) == 2


def test_fewer_rows_than_a_batch(clicks: Any) -> None:
    with pytest.raises(StageFailure, match=r"train\.batchSize") as caught:
        clicks("train", {"train": TRAIN | {"batchSize": 4096}})
    assert caught.value.reason == "BatchTooLarge"


def test_a_loss_that_is_no_number(run_stage: Any) -> None:
    lines = [f"{i % 2},{3.4e38 if i % 3 else -3.4e38}" for i in range(400)]
    file = run_stage.folder / "raw.csv"
    file.write_text("bought,price\n" + "\n".join(lines))
    words = {"tasks": BOUGHT, "columns": [{"name": "price", "number": {}}]}
    run_stage("data", {"prepare": {"source": {"csv": {"uri": str(file)}}, **words}})
    adam = {"adam": {"learningRate": 1.0}}
    with pytest.raises(StageFailure, match=r"price reaches 3\.4e\+38 as the model") as caught:
        run_stage("train", {"train": TRAIN | {"batchSize": 32, "optimizer": adam}})
    assert caught.value.reason == "LossNotFinite"


def test_sequences_and_numbers_go_in_together(run_stage: Any) -> None:
    lines = [
        f"u{i % 9},{' '.join(f'i{j % 13}' for j in range(i % 6))},{i % 7},{i % 2}"
        for i in range(400)
    ]
    file = run_stage.folder / "raw.csv"
    file.write_text("user,basket,price,bought\n" + "\n".join(lines))
    columns = [
        {"name": "user", "id": {}},
        {"name": "basket", "id": {"length": 4}},
        {"name": "price", "number": {"normalize": {"zScore": {}}}},
    ]
    clean: list[Any] = [{"missing": {}}]
    source = {"csv": {"uri": str(file)}}
    words = {"tasks": BOUGHT, "columns": columns, "clean": clean}
    run_stage("data", {"prepare": {"source": source, **words}})
    report = run_stage("train", {"train": TRAIN | {"batchSize": 64}})
    assert len(history(run_stage, report)) == 3


def test_mirrored_on_one_device_is_a_training_like_any_other(clicks: Any) -> None:
    one = clicks("one", {"train": TRAIN | {"strategy": {"singleDevice": {}}}})
    clicks.sources.pop()
    many = clicks("many", {"train": TRAIN | {"strategy": {"mirrored": {}}}})
    losses = [[epoch["loss"] for epoch in history(clicks, report)] for report in (one, many)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)


def lengths(*columns: int) -> Any:
    """A schema of id columns of these lengths."""
    from hone_trainer.dataset.schema import Schema
    from hone_trainer.rows.field import Field

    fields = [
        Field(name=f"c{n}", kind="id", length=length, size=9) for n, length in enumerate(columns)
    ]
    return Schema(fields=tuple(fields))


@pytest.mark.parametrize(
    ("columns", "width"), [((1, 1), 16), ((5, 5), 16), ((1, 5), 16), ((5,), 8)]
)
def test_ids_are_joined_position_by_position(columns: tuple[int, ...], width: int) -> None:
    from hone_trainer.backend.keras import keras
    from hone_trainer.models.inputs import open_inputs
    from hone_trainer.models.recommendation.lstm import Lstm

    schema = lengths(*columns)
    inputs = open_inputs(schema)
    model = keras.Model(inputs, Lstm(embedding=8, units=4).features(inputs, schema))
    assert model.get_layer("lstm").input_shape == (None, max(columns), width)


def test_sequences_of_different_lengths_are_refused() -> None:
    from hone_trainer.models.inputs import open_inputs
    from hone_trainer.models.recommendation.lstm import Lstm

    schema = lengths(3, 5)
    with pytest.raises(StageFailure, match=r"same value in prepare\.columns\[\]"):
        Lstm().features(open_inputs(schema), schema)
