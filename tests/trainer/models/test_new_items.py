"""Items that no training row holds: answered by what is known of them."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.dataset import Dataset
from hone_trainer.models.network import Network
from hone_trainer.transform.saving import restore
from tests.trainer.conftest import Bench

pytestmark = pytest.mark.tensorflow

GENRES = ("crime", "poetry", "travel", "cooking", "history", "comics")
OLD, NEW = 30, 6
"""Items that rows hold, and one more of each genre that none does."""


def genre(item: int) -> str:
    return GENRES[item % len(GENRES)]


def shop(folder: Path) -> None:
    """Who asks for a genre buys something of it; the test part buys what is new."""
    draw = np.random.default_rng(2)
    with (folder / "rows.csv").open("w", newline="") as file:
        write = csv.writer(file)
        write.writerow(["user", "at", "asked", "item", "part"])
        for row in range(1500):
            part = "test" if row >= 1400 else "validation" if row >= 1300 else "train"
            item = int(draw.integers(OLD, OLD + NEW) if part == "test" else draw.integers(OLD))
            asked = f"something on {genre(item)}"
            write.writerow([f"u{draw.integers(40)}", row, asked, f"i{item}", part])
    with (folder / "items.csv").open("w", newline="") as file:
        write = csv.writer(file)
        write.writerow(["item", "genre", "title", "weight"])
        for item in reversed(range(OLD + NEW)):
            write.writerow([f"i{item}", genre(item), f"{genre(item)} volume {item}", item])


def prepare(folder: Path, described: bool) -> dict[str, Any]:
    title = {"name": "title", "text": {"like": "asked", "words": {"length": 4}}}
    items = {"uri": str(folder / "items.csv"), "columns": [{"name": "genre", "id": {}}, title]}
    return {
        "source": {"csv": {"uri": str(folder / "rows.csv")}},
        "tasks": [{"nextItem": {"label": "item"}}],
        "columns": [
            {"name": "user", "key": {}},
            {"name": "at", "number": {}},
            {"name": "part", "key": {}},
            {"name": "asked", "text": {"words": {"length": 4}}},
            {"name": "before", "sequence": {"of": "item", "by": "user", "along": "at"}},
        ],
        "split": {"by": {"given": {"column": "part"}}},
    } | ({"items": items} if described else {})


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A bench on which a data set with items is prepared."""
    bench = Bench(tmp_path_factory.mktemp("shop"))
    shop(bench.folder)
    bench("data", {"prepare": prepare(bench.folder, described=True)})
    return bench


def opened(bench: Bench) -> Dataset:
    return Dataset.of(bench.context(bench.task("read", {})))


def test_new_items_are_answers_behind_those_that_rows_hold(described: Bench) -> None:
    data = opened(described)
    facts = data.schema.targets[0].facts
    assert (facts.known, len(facts.keys)) == (OLD, OLD + NEW)
    assert {*facts.keys[OLD:]} == {f"i{item}" for item in range(OLD, OLD + NEW)}
    assert (np.asarray(data.read("test").targets["item"].values) >= OLD).all()


def test_what_is_known_of_an_item_stands_beside_its_name(described: Bench) -> None:
    data = opened(described)
    facts = data.schema.targets[0].facts
    genres = facts.described.ids["items_genre"][:, 0]
    for name, code in facts.codes.items():
        like = facts.codes[f"i{int(name[1:]) % len(GENRES)}"]
        assert genres[code] == genres[like] > 1
    titles = next(f for f in facts.described.fields if f.name == "items_title_words")
    assert titles.like == "asked_words"
    asked = next(f for f in data.schema.ids if f.name == "asked_words")
    assert titles.size == asked.size, "one vocabulary, with the words of both"


def test_a_transform_keeps_what_is_known_of_items(described: Bench) -> None:
    data = opened(described)
    back = restore(data.fetch("transform.json"), data.fetch("tables.arrow"))
    ours, theirs = data.schema.targets[0].facts, back.targets[0].facts
    assert ours.keys == theirs.keys
    for name, ids in ours.described.ids.items():
        np.testing.assert_array_equal(ids, theirs.described.ids[name])


def _recall(bench: Bench, model: dict[str, Any]) -> float:
    """Share of test rows of whose genre the new item stands first among the new ones."""
    keep = len(bench.sources)
    report = bench(next(iter(model)), {"train": {"model": model, "epochs": 12, "batchSize": 64}})
    data = opened(bench)
    network = Network.load(bench.store, bench.manifest(report))
    rows = data.read("test")
    told = np.concatenate([each["item"]["probabilities"] for each in network.answer(rows.features)])
    del bench.sources[keep:]
    truth = np.asarray(rows.targets["item"].values).reshape(-1)
    return float((told[:, OLD:].argmax(axis=1) == truth - OLD).mean())


@pytest.mark.slow
def test_new_items_are_answered_by_what_is_known_of_them(described: Bench) -> None:
    towers = {"recommendation": {"twoTower": {"embedding": 16, "layers": [32]}}}
    assert _recall(described, towers) > 0.9
    assert _recall(described, {"generic": {"dense": {"layers": [32]}}}) < 0.5


@pytest.mark.slow
def test_a_bundle_names_items_that_no_row_held(described: Bench) -> None:
    import hone_serving

    keep = len(described.sources)
    model = {"recommendation": {"twoTower": {"embedding": 16, "layers": [32]}}}
    described("train", {"train": {"model": model, "epochs": 12, "batchSize": 64}})
    report = described("evaluate", {"evaluate": {"formats": ["onnx", "vectors"]}})
    del described.sources[keep:]
    (found,) = (each for each in report.artifacts if each.name.endswith("bundle.json"))
    bundle = hone_serving.load(str(Path(found.uri).parent))
    rows = [{"asked": f"something on {each}", "before": ["i1"], "at": 1} for each in GENRES]
    answers = bundle.predict(rows, top=OLD + NEW)
    apart = hone_serving.load(str(Path(found.uri).parent), runtime="vectors")
    for ours, theirs in zip(answers, apart.predict(rows, top=OLD + NEW), strict=True):
        told, other = (
            {i["item"]: i["probability"] for i in each["items"]} for each in (ours, theirs)
        )
        assert told == pytest.approx(other, abs=1e-6)
    for each, answer in zip(GENRES, answers, strict=True):
        new = [i["item"] for i in answer["items"] if int(i["item"][1:]) >= OLD]
        assert genre(int(new[0][1:])) == each


@pytest.mark.parametrize(
    ("lines", "reason", "told"),
    [
        (["item,genre,title", "i1,a,b", "i1,c,d"], "ItemTwice", "has 'i1' twice"),
        (["item,genre", "i1,a"], "ColumnNotFound", "names 'title', which is not in"),
        (["thing,genre,title", "i1,a,b"], "ColumnNotFound", "names 'item', which is not in"),
    ],
)
def test_a_file_of_items_that_says_not_enough_is_refused(
    tmp_path: Path, lines: list[str], reason: str, told: str
) -> None:
    shop(tmp_path)
    (tmp_path / "items.csv").write_text("\n".join(lines) + "\n")
    bench = Bench(tmp_path)
    with pytest.raises(StageFailure, match=told) as refused:
        bench("data", {"prepare": prepare(tmp_path, described=True)})
    assert refused.value.reason == reason


def test_a_step_knows_some_items_by_what_is_said_of_them_alone() -> None:
    from hone_trainer.backend.draws import Draws, drawing
    from hone_trainer.backend.keras import tf
    from hone_trainer.backend.sequence_layers import Codes

    layer, rows = Codes(2, 1200, 1000, 0.1), tf.zeros((3, 1))

    def ids(step: int, first: int = 0) -> Any:
        with drawing(Draws(tf.constant([7, step], tf.int32), first, 6)):
            return layer(rows, training=True).numpy()

    plain = layer(rows).numpy()
    assert plain.tolist() == [*range(2, 1002), *[1] * 200]
    assert 60 < (ids(1)[:1000] == 1).sum() < 140
    assert (ids(1) != ids(2)).any()
    assert (ids(1) == ids(1, first=3)).all(), "the same on every replica"


def test_its_size_is_known_with_what_is_known_of_items(described: Bench) -> None:
    from hone_trainer.models import AnyModel
    from hone_trainer.models.weight_inventory import weights_of

    model = AnyModel.model_validate({"recommendation": {"twoTower": {"embedding": 16}}})
    tables = {w.column for w in weights_of(model, opened(described).schema) if w.column}
    assert {"before", "asked_words"} <= tables
