"""Raw rows to a data set: what is read, what is dropped, what is learned from whom."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.dataset import Dataset
from hone_trainer.transform.saving import restore
from tests.trainer.shop import digests as shop_digests

COLUMNS: list[dict[str, Any]] = [
    {"name": "user", "id": {}},
    {"name": "price", "number": {"normalize": {"zScore": {}}}},
]
TASKS = [{"binary": {"label": "bought"}}]


def rows(count: int, prices: Any = None) -> str:
    lines = [f"u{i % 7},{prices[i] if prices else i},{i % 2},x{i}" for i in range(count)]
    return "user,price,bought,unused\n" + "\n".join(lines) + "\n"


class Shop:
    """Prepares CSV texts."""

    def __init__(self, bench: Any) -> None:
        self.bench = bench

    def prepare(self, text: str | bytes, stage: str = "data", **changes: Any) -> Any:
        file = self.bench.folder / "raw.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        run = {"source": {"csv": {"uri": str(file)}}, "tasks": TASKS, "columns": COLUMNS}
        run |= changes
        self.report = self.bench(stage, {"prepare": run})
        self.manifest = self.bench.manifest(self.report)
        return Dataset.of(self.bench.context(self.bench.task("next", {})))


@pytest.fixture
def shop(run_stage: Any) -> Shop:
    return Shop(run_stage)


def test_rows_become_a_data_set(shop: Shop) -> None:
    dataset = shop.prepare(rows(200))
    assert [(f.name, f.kind) for f in dataset.schema.fields] == [
        ("user", "id"),
        ("price", "number"),
    ]
    (target,) = dataset.schema.targets
    assert (target.name, target.how.label, target.outputs) == ("bought", "bought", 1)
    assert (target.facts.keys, target.facts.prior_shift) == (("0", "1"), 0)
    parts = {part: dataset.read(part) for part in ("train", "validation", "test")}
    assert {name: len(part) for name, part in parts.items()} == {
        "train": 160,
        "validation": 20,
        "test": 20,
    }
    train = parts["train"]
    assert train.features["user"].dtype == np.int32
    assert train.features["user"].shape == (160, 1)
    assert train.features["price"].dtype == np.float32
    bought = train.targets["bought"]
    assert (bought.values.dtype, bought.weight.dtype) == (np.int8, np.float32)
    assert set(np.unique(bought.values)) == {0, 1}
    assert (bought.weight == 1).all()
    assert train.weights is None
    assert train.features["price"].mean() == pytest.approx(0, abs=1e-5)
    assert train.features["price"].std() == pytest.approx(1, abs=1e-5)
    metrics = {metric.name: metric.value for metric in shop.report.metrics}
    assert metrics["rows"] == "200"
    assert metrics["trainRows"] == "160"


def test_members_share_the_training_rows(shop: Shop) -> None:
    dataset = shop.prepare(rows(200))
    every = np.sort(dataset.read("train").features["price"].ravel())
    members = [dataset.read("train", m, 3).features["price"].ravel() for m in range(3)]
    assert [len(prices) for prices in members] == [54, 53, 53]
    assert (np.sort(np.concatenate(members)) == every).all()
    assert len(dataset.read("validation", 1, 3)) == 20


def test_the_same_input_gives_the_same_bytes(shop: Shop) -> None:
    def digests() -> dict[str, str]:
        return shop_digests(shop.manifest)  # the report's title names the stage

    shop.prepare(rows(300), "one")
    one = digests()
    shop.prepare(rows(300), "two")
    assert digests() == one
    shop.prepare(rows(301), "three")
    assert digests() != one


def test_vocabularies_start_with_the_most_frequent(shop: Shop) -> None:
    text = "user,price,bought\n" + "rare,1,0\n" * 20 + "often,1,1\n" * 80
    shop.prepare(text)
    store, files = shop.bench.store, ("transform.json", "tables.arrow")
    transform = restore(*(store.fetch(shop.manifest.file(name)) for name in files))
    assert transform.learned["user"] == {"known": ["often", "rare"]}


HEADER = "user,price,bought\n"


@pytest.mark.parametrize(
    ("text", "reason", "message"),
    [
        (HEADER + "a,1,0\nb,2\n", "BrokenRow", "row 2 holds"),
        (HEADER.encode() + b"a,1,0\n\xff,1,0\n", "BadText", "row 2 holds"),
        ("", "NoRowsLeft", "raw.csv has no rows"),
        ("user,user,price,bought\na,1,0,1\n", "UnreadableInput", "'user' more than once"),
        ("user,bought\na,1\n", "ColumnNotFound", "no column 'price'; it has 'user', 'bought'"),
        (HEADER + "a,1,0\na,1,maybe\na,1,2\n", "BadLabel", "row 2 holds 'maybe' (and 1 more)"),
        (HEADER + "a,1,0\na,12 EUR,1\n", "BadNumber", "row 2 holds '12 EUR'"),
        (HEADER + "a,inf,1\n", "BadNumber", "row 1 holds 'inf'"),
        (HEADER + "a,1,0\n,1,0\n", "MissingValues", "column 'user' has no value in row 2"),
        (HEADER + "a,1,0\na,,0\n", "MissingValues", "add {missing: {}} to prepare.clean"),
        (HEADER, "NoRowsLeft", "raw.csv has no rows"),
        (HEADER + "a,1,0\n", "NoRowsLeft", "no rows are left in the validation part"),
    ],
)
def test_bad_input_is_named(shop: Shop, text: str | bytes, reason: str, message: str) -> None:
    with pytest.raises(StageFailure) as caught:
        shop.prepare(text)
    assert caught.value.reason == reason
    assert message in caught.value.message
    assert not caught.value.retry


def test_a_missing_file_is_named(run_stage: Any) -> None:
    source = {"csv": {"uri": "/nowhere/clicks.csv"}}
    run = {"source": source, "tasks": TASKS, "columns": COLUMNS}
    with pytest.raises(StageFailure, match=r"/nowhere/clicks\.csv.*source\.csv\.uri") as caught:
        run_stage("data", {"prepare": run})
    assert caught.value.reason == "InputNotFound"


def test_quoted_fields_and_true_and_false(shop: Shop) -> None:
    lines = [f'"u ""{i}"", jr",{i},{"TRUE" if i % 2 else "False"}' for i in range(40)]
    dataset = shop.prepare(HEADER + "\n".join(lines))
    assert dataset.read("train").targets["bought"].values.mean() == pytest.approx(0.5, abs=0.2)


def clicks(model: dict[str, Any], columns: list[dict[str, Any]]) -> dict[str, Any]:
    tasks = [{"binary": {"label": "clicked"}}]
    return {"source": {"clickModel": model}, "tasks": tasks, "columns": columns}


def test_the_click_model_is_reproducible_and_knows_its_limit(run_stage: Any) -> None:
    columns = [{"name": "item", "id": {}}]
    run = {"prepare": clicks({"rows": 2000}, columns)}
    one, two = run_stage("one", run), run_stage("two", run)
    assert run_stage.manifest(one).files[0].sha256 == run_stage.manifest(two).files[0].sha256
    metrics = {metric.name: float(metric.value) for metric in one.metrics}
    assert 0.85 < metrics["bestReachableAccuracy"] < 0.95
    schema = Dataset.of(run_stage.context(run_stage.task("x", {}))).schema
    assert [field.name for field in schema.fields] == ["item"]
    assert [target.name for target in schema.targets] == ["clicked"]


@pytest.mark.parametrize(("held_out", "known"), [(0, True), (3, False)])
def test_nothing_is_said_of_the_best_where_other_rows_stand_beside_the_test_rows(
    run_stage: Any, held_out: int, known: bool
) -> None:
    columns = [{"name": "item", "id": {}}, {"name": "user", "id": {}}]
    run = clicks({"rows": 500}, columns)
    run["augment"] = [{"negatives": {"of": "item", "by": "user", "heldOut": held_out}}]
    metrics = {metric.name for metric in run_stage("data", {"prepare": run}).metrics}
    assert ("bestReachableAccuracy" in metrics) == known


def test_the_click_model_has_columns_of_its_own_kinds(run_stage: Any) -> None:
    columns = [{"name": "user", "number": {}}]
    with pytest.raises(
        StageFailure, match=r"'user' of clickModel is no number: .* id, key or text"
    ):
        run_stage("data", {"prepare": clicks({}, columns)})


def test_large_parts_become_several_shards(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hone_trainer.dataset.shards.SHARD_ROWS", 64)
    dataset = shop.prepare(rows(200))
    names = [file.name for file in shop.manifest.files if "-00000-" in file.name]
    assert names == [
        "train-00000-000.arrow",
        "train-00000-001.arrow",
        "train-00000-002.arrow",
        "validation-00000-000.arrow",
        "test-00000-000.arrow",
    ]
    assert len(dataset.read("train")) == 160


@pytest.mark.slow
def test_preparing_leaves_tensorflow_alone() -> None:
    code = "import sys, hone_trainer.prepare.pipeline; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env=dict(os.environ)).returncode == 0


def test_a_real_shop(run_stage: Any, datasets: Path) -> None:
    shoppers = datasets / "online_shoppers" / "online_shoppers_intention.csv"
    columns = [
        {"name": "Month", "id": {}},
        {"name": "VisitorType", "id": {}},
        {"name": "PageValues", "number": {"normalize": {"minMax": {}}}},
        {"name": "BounceRates", "number": {"normalize": {"zScore": {}}}},
    ]
    clean: list[Any] = [{"missing": {}}, {"duplicates": {}}]
    run = {"source": {"csv": {"uri": str(shoppers)}}, "columns": columns, "clean": clean}
    run["tasks"] = [{"binary": {"label": "Revenue"}}]
    manifest = run_stage.manifest(run_stage("data", {"prepare": run}))
    assert manifest.facts["rowsIn"] == 12_330
    assert manifest.facts["dropped"]["duplicate"] > 0


def test_a_split_that_rows_say_themselves_is_kept_and_no_cause_for_caution(shop: Shop) -> None:
    parts = ["train"] * 150 + ["test"] * 50
    lines = [f"u{i % 7},{i},{i % 2},{part}" for i, part in enumerate(parts)]
    columns = [*COLUMNS, {"name": "part", "key": {}}]
    split = {"validation": 0.2, "by": {"given": {"column": "part"}}}
    text = "user,price,bought,part\n" + "\n".join(lines) + "\n"
    dataset = shop.prepare(text, columns=columns, split=split)
    train, validation, test = (dataset.read(part) for part in ("train", "validation", "test"))
    assert (len(train) + len(validation), len(test)) == (150, 50)
    assert 15 < len(validation) < 45
    assert [field.name for field in dataset.schema.fields] == ["user", "price"]
    assert not [caution for caution in shop.report.cautions if "more than one part" in caution]
