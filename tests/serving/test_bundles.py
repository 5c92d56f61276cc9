"""A bundle answers raw rows as the evaluated model answers the rows of the data set."""

from __future__ import annotations

import csv
import json
import math
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hone_serving
from hone_serving.model import Model
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.dataset import Dataset
from hone_trainer.models.answers import by_target
from hone_trainer.models.litert import LiteModel
from hone_trainer.models.network import Network
from hone_trainer.tasks import AnyTask
from hone_trainer.tasks.learned import Asked
from tests.trainer.conftest import Bench

pytestmark = pytest.mark.tensorflow

ROWS = 300
COLUMNS: list[dict[str, Any]] = [
    {"name": "row", "number": {}},
    {"name": "user", "id": {}},
    {"name": "item", "id": {}},
    {"name": "price", "number": {"normalize": {"zScore": {}}}},
    {"name": "when", "time": {"fields": ["hour"]}},
    {"name": "title", "text": {"words": {"length": 4}}},
]
SEQUENCE = {
    "name": "before",
    "sequence": {"of": "item", "by": "user", "along": "when", "length": 4},
}
BARE = """
import sys

class Bare:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("tensorflow", "tf_keras", "sklearn", "scipy", "pandas"):
            raise ModuleNotFoundError(f"{name} is not of the extra", name=name)

sys.meta_path.insert(0, Bare())
"""
TASKS: dict[str, list[dict[str, Any]]] = {
    "binary": [{"binary": {"label": "clicked"}}],
    "classes": [{"classes": {"label": "intent"}}],
    "number": [{"number": {"label": "spent"}}],
    "nextItem": [{"nextItem": {"label": "item"}}],
    "ranking": [{"ranking": {"label": "grade", "group": "query"}}],
    "two": [{"binary": {"label": "clicked"}}, {"number": {"label": "spent"}}],
}


def table() -> list[dict[str, str]]:
    draw = np.random.default_rng(3)
    rows = []
    for k in range(ROWS):
        item, price = int(draw.integers(9)), float(draw.normal(20, 5))
        rows.append(
            {
                "row": repr(k / ROWS),
                "user": f"u{k % 12}",
                "item": f"i{item}",
                "price": "" if k % 17 == 0 else repr(price),
                "when": f"2026-03-{1 + k // 24:02d}T{k % 24:02d}:00:00",
                "title": ("red shoes", "blue coat", "hat")[item % 3],
                "clicked": str(int(item + draw.normal() > 4)),
                "intent": ("buy", "return", "ask")[item % 3],
                "spent": repr(3 * item + float(draw.normal())),
                "grade": str(item % 3),
                "query": f"q{k // 6}",
            }
        )
    return rows


@dataclass
class Jobs:
    """Jobs that have run, one for each set of tasks."""

    folder: Path
    made: dict[str, tuple[Bench, Path]] = field(default_factory=dict)

    def __call__(self, tasks: str) -> tuple[Bench, Path]:
        """Return the place of a job and the folder of its bundle."""
        if tasks not in self.made:
            bench = Bench(self.folder / tasks)
            self.made[tasks] = bench, made(bench, tasks, compress=tasks == "classes")
        return self.made[tasks]


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Jobs:
    return Jobs(tmp_path_factory.mktemp("jobs"))


def made(bench: Bench, tasks: str, compress: bool) -> Path:
    """Run a job; give the folder of its bundle."""
    rows = table()
    bench.folder.mkdir(exist_ok=True)
    with (bench.folder / "raw.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    columns = [c for c in COLUMNS if not (tasks == "nextItem" and c["name"] == "item")]
    split = {"by": {"group": {"column": "query"}}} if tasks == "ranking" else {}
    if tasks == "nextItem":
        columns = [*columns, SEQUENCE]
        split = {"by": {"time": {"column": "when"}}}
    prepare = {
        "source": {"csv": {"uri": str(bench.folder / "raw.csv")}},
        "tasks": TASKS[tasks],
        "columns": columns,
        "clean": [{"missing": {}}],
        "split": split,
    }
    bench("data", {"prepare": prepare})
    bench("train", {"train": {"model": {"generic": {"dense": {}}}, "epochs": 2}})
    if compress:
        candidates = [{"techniques": [{"quantize": {"mode": "int8"}}]}]
        bench("compress", {"compress": {"candidates": candidates, "budget": {"maxDrop": 0.9}}})
    report = bench("evaluate", {"evaluate": {}})
    (uri,) = (each.uri for each in report.artifacts if each.name.endswith("bundle.json"))
    return Path(uri).parent


def close(ours: Any, theirs: Any) -> bool:
    """Say whether two answers are the same, numbers to 1e-5."""
    if isinstance(ours, dict):
        return ours.keys() == theirs.keys() and all(close(ours[k], theirs[k]) for k in ours)
    if isinstance(ours, list):
        return len(ours) == len(theirs) and all(map(close, ours, theirs))
    if isinstance(ours, float):
        return math.isclose(ours, theirs, rel_tol=1e-5, abs_tol=1e-5)
    return bool(ours == theirs)


def asked(rows: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Rows as a shop asks about them: without what is predicted, with what came before."""
    found: list[dict[str, Any]] = []
    for row in rows:
        before = [r["item"] for r in rows if r["user"] == row["user"] and r["when"] < row["when"]]
        hidden = ("clicked", "intent", "spent", "grade")
        plain = {name: value or None for name, value in row.items() if name not in hidden}
        found.append(plain | {"before": before})
    return found


@pytest.mark.parametrize("tasks", TASKS)
def test_answers_are_those_of_the_evaluated_model(tasks: str, jobs: Jobs) -> None:
    bench, bundle = jobs(tasks)
    model = hone_serving.load(str(bundle))
    ctx = bench.context(bench.task("next", {}))
    data = Dataset.of(ctx)
    network = Network.load(ctx.store, ctx.manifest(ctx.sources("model")[-1]))
    features = data.read("test").features
    numbers = np.rint(features["row"][:, 0] * ROWS).astype(int).tolist()
    rows = [asked(table())[k] for k in numbers]
    given = model.predict([{n: v for n, v in row.items() if n != "query"} for row in rows])
    (blocks,) = network.answer(features)
    if tasks == "classes":  # what ships was compressed: its own answers count
        shipped = LiteModel((bundle / "model.tflite").read_bytes())
        (blocks,) = (by_target(data.schema, each) for each in shipped.answer(features))
    seen = {"item": [row["before"] for row in rows]}
    for target in data.schema.targets:
        fitted = network.calibration(target.name)
        told = target.how.told(blocks[target.name], target.facts, fitted, Asked(10, seen))
        theirs = told if tasks != "two" else [{target.name: each} for each in told]
        ours = given if tasks != "two" else [{target.name: each[target.name]} for each in given]
        assert all(map(close, ours, theirs))


def test_every_task_is_among_them() -> None:
    assert {key for tasks in TASKS.values() for task in tasks for key in task} == set(AnyTask.kinds)


def test_what_is_said_is_what_was_promised(jobs: Jobs) -> None:
    for tasks in ("nextItem", "two"):
        model = hone_serving.load(str(jobs(tasks)[1]))
        (answer,) = model.predict(asked(table())[-1:], top=3)
        if tasks == "nextItem":
            items = [each["item"] for each in answer["items"]]
            met = set(asked(table())[-1]["before"])
            assert len(items) <= 3
            assert not met & set(items)
            assert set(model.says) == {"items", "refused"}
        else:
            assert set(answer) == {"clicked", "spent"}
            assert set(model.says) == {
                *("clicked_probability", "clicked_decision", "spent_value", "refused")
            }


def test_the_readme_of_a_bundle_runs_as_it_stands(jobs: Jobs) -> None:
    _, bundle = jobs("classes")
    programs = re.findall(r"```python\n(.*?)```", (bundle / "README.md").read_text(), re.DOTALL)
    assert len(programs) == 2
    assert len(programs[0].strip().splitlines()) == 5
    for program in programs:
        done = subprocess.run(
            [sys.executable, "-c", BARE + program], cwd=bundle, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    assert (
        "'class': "
        in subprocess.run(
            [sys.executable, "-c", programs[0]], cwd=bundle, capture_output=True, text=True
        ).stdout
    )


def test_a_bundle_that_was_changed_is_refused(jobs: Jobs, tmp_path: Path) -> None:
    bundle = tmp_path / "copy"
    shutil.copytree(jobs("binary")[1], bundle)
    for name in ("model.tflite", "transform.json", "tables.arrow"):
        good = (bundle / name).read_bytes()
        (bundle / name).write_bytes(good[:-1] + b"\x00")
        with pytest.raises(StageFailure, match=f"{name} is not what bundle.json says"):
            hone_serving.load(str(bundle))
        (bundle / name).write_bytes(good)
    about = json.loads((bundle / "bundle.json").read_text())
    (bundle / "bundle.json").write_text(json.dumps(about | {"version": 9}))
    with pytest.raises(StageFailure, match="a later version may have made it"):
        hone_serving.load(str(bundle))
    with pytest.raises(StageFailure, match=r"holds no bundle\.json"):
        hone_serving.load(str(tmp_path))


def test_answers_in_threads_are_those_of_one(jobs: Jobs) -> None:
    from concurrent.futures import ThreadPoolExecutor

    model: Model = hone_serving.load(str(jobs("binary")[1]))
    rows = asked(table())
    alone = model.predict(rows)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(model.predict, [rows] * 16):
            assert all(map(close, found, alone))
