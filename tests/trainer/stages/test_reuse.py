"""Every kind of stage is found again, and an edit has exactly those run that it touches."""

import copy
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hone_trainer.__main__ import run
from hone_trainer.contract.assignment import Assignment, Report, Source, Store
from hone_trainer.stages import AnyStage
from hone_trainer.store.artifact_store import ArtifactStore, open_store
from hone_trainer.store.code_digest import PACKAGE, code_digest
from hone_trainer.store.manifest import Manifest, parse

pytestmark = pytest.mark.slow

STAGES = ("data", "train", "fuse", "compress", "evaluate")
FLOAT16: dict[str, Any] = {"techniques": [{"quantize": {"mode": "float16"}}]}
INT8: dict[str, Any] = {"techniques": [{"quantize": {"mode": "int8"}}]}
Stages = dict[str, dict[str, Any]]
Edit = Callable[[Stages], object]


def job(rows: Path) -> Stages:
    """All stages but code of others, each in its smallest form; two members."""
    return {
        "data": {
            "prepare": {
                "source": {"csv": {"uri": str(rows)}},
                "tasks": [{"binary": {"label": "clicked"}}],
                "columns": [{"name": "user", "id": {}}, {"name": "item", "id": {}}],
            }
        },
        "train": {
            "train": {
                "model": {"generic": {"linear": {}}},
                "members": 2,
                "epochs": 1,
                "batchSize": 64,
            }
        },
        "fuse": {"fuse": {"weightedAverage": {}}},
        "compress": {"compress": {"budget": {"maxDrop": 0.5}, "candidates": [FLOAT16]}},
        "evaluate": {"evaluate": {"require": [{"metric": "logLoss", "atMost": 9.0}]}},
    }


def write(rows: Path, seed: int = 1, note: str = "-") -> None:
    """Write clicks, with a column that no job reads."""
    draw = random.Random(seed)
    lines = ["user,item,note,clicked"]
    for _ in range(1500):
        user, item = draw.randrange(30), draw.randrange(20)
        clicked = draw.random() < (0.8 if (user + item) % 2 else 0.2)
        lines.append(f"u{user},i{item},{note},{int(clicked)}")
    rows.write_text("\n".join(lines) + "\n")


class Shop:
    """Runs jobs stage by stage, as an operator does, each pod in this process."""

    def __init__(self, folder: Path) -> None:
        self.rows = folder / "clicks.csv"
        self.settings = Store(uri=str(folder / "artifacts"))
        self.count = 0

    @property
    def store(self) -> ArtifactStore:
        return open_store(self.settings)

    def run(self, stages: Stages, **task: Any) -> dict[str, list[Report]]:
        """Run another job; give what its pods said, stage by stage."""
        self.count += 1
        sources: list[Source] = []
        said: dict[str, list[Report]] = {}
        for name, words in stages.items():
            kind, stage = AnyStage.model_validate(words).kind, AnyStage.model_validate(words).value
            asked = Assignment(
                namespace="shop",
                job=f"job-{self.count}",
                uid=f"uid-{self.count}",
                stage=name,
                run={kind: stage.dump()},
                members=len(stage.gangs()),
                store=self.settings,
                sources=tuple(sources),
            ).model_copy(update=task)
            members = range(len(stage.gangs()))
            said[name] = [run(asked.model_copy(update={"member": k})) for k in members]
            for member, report in enumerate(said[name]):
                assert report.manifest is not None
                known = {"stage": name, "kind": kind, "makes": stage.makes or "report"}
                sources.append(Source(**known, member=member, manifest=report.manifest))
        return said

    def manifests(self, said: dict[str, list[Report]], stage: str) -> list[Manifest]:
        found = [report.manifest for report in said[stage]]
        return [parse(self.store.fetch(each), each.uri) for each in found if each is not None]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop in which one job has made everything."""
    made = Shop(tmp_path_factory.mktemp("shop"))
    write(made.rows)
    os.utime(made.rows, (1, 1))
    first = made.run(job(made.rows))
    assert ran(first) == set(STAGES)
    return made


@pytest.fixture(autouse=True)
def rows_as_they_were(shop: Shop) -> None:
    write(shop.rows)
    os.utime(shop.rows, (1, 1))


def ran(said: dict[str, list[Report]]) -> set[str]:
    """Name the stages that did anything."""
    return {stage for stage, reports in said.items() if any(not each.reused for each in reports)}


def test_every_stage_of_the_same_job_is_reused_and_says_from_where(shop: Shop) -> None:
    said = shop.run(job(shop.rows))
    assert ran(said) == set()
    for stage, reports in said.items():
        for each in reports:
            assert each.reused == f"shop/job-1/{stage}"
            assert each.message.startswith(f"reused from shop/job-1/{stage}: ")
            assert each.manifest is not None
            assert f"/shop/job-1/uid-1/{stage}/" in each.manifest.uri
            assert all(file.uri.startswith(shop.store.root) for file in each.artifacts)


def edited(stage: str, **words: Any) -> Edit:
    def edit(stages: Stages) -> None:
        (parameters,) = stages[stage].values()
        parameters.update(words)

    return edit


def renamed(stages: Stages) -> None:
    """Call the training otherwise; the order stays."""
    items = [("fit" if name == "train" else name, words) for name, words in stages.items()]
    stages.clear()
    stages.update(items)


MATRIX: dict[str, tuple[Edit, set[str]]] = {
    "a gate": (
        edited("evaluate", require=[{"metric": "logLoss", "atMost": 8.0}]),
        {"evaluate"},
    ),
    "a segment": (edited("evaluate", by=["item"]), {"evaluate"}),
    "a candidate": (edited("compress", candidates=[FLOAT16, INT8]), {"compress", "evaluate"}),
    "epochs": (edited("train", epochs=2), {"train", "fuse", "compress", "evaluate"}),
    "a column": (edited("data", columns=[{"name": "user", "id": {}}]), set(STAGES)),
    "how long and how often": (
        edited("train", hangSeconds=99, parallelism=1, checkpoint={"everySeconds": 5}),
        set(),
    ),
    "how many share the work": (edited("data", workers=1), set()),
    "a stage's name": (renamed, set()),
}


@pytest.mark.parametrize("what", MATRIX)
def test_an_edit_has_those_stages_run_that_it_touches(shop: Shop, what: str) -> None:
    edit, expected = MATRIX[what]
    stages = copy.deepcopy(job(shop.rows))
    edit(stages)
    assert ran(shop.run(stages)) == expected


def test_other_rows_have_everything_run(shop: Shop) -> None:
    write(shop.rows, seed=2)
    assert ran(shop.run(job(shop.rows))) == set(STAGES)


def test_rows_that_make_the_same_data_set_train_nothing_again(shop: Shop) -> None:
    """A file that was copied, and one in which only an unread column is another."""
    os.utime(shop.rows, (2, 2))
    assert ran(shop.run(job(shop.rows))) == {"data"}
    write(shop.rows, note="?")
    assert ran(shop.run(job(shop.rows))) == {"data"}
    assert ran(shop.run(job(shop.rows))) == set()


@pytest.mark.parametrize(
    ("module", "touched"),
    [("profile/page.py", {"data"}), ("evaluate/page.py", {"evaluate"}), ("train/loop.py", None)],
)
def test_other_code_has_those_stages_run_that_reach_it(
    shop: Shop,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    module: str,
    touched: set[str] | None,
) -> None:
    before = shop.run(job(shop.rows))
    package = tmp_path / "hone_trainer"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    with (package / module).open("a") as file:
        file.write("# another line\n")
    place = "hone_trainer.store.input_digest.code_digest"
    monkeypatch.setattr(place, lambda kind: code_digest(kind, package))
    code_digest.cache_clear()
    said = shop.run(job(shop.rows))
    if touched is not None:
        assert ran(said) == touched
        return
    assert {"train", "fuse"} <= ran(said) <= {"train", "fuse", "compress", "evaluate"}
    same = [m.content for m in shop.manifests(said, "train")] == [
        m.content for m in shop.manifests(before, "train")
    ]
    assert (ran(said) == {"train", "fuse"}) == same


def test_who_is_told_to_begin_anew_does_everything_and_is_found_from_then_on(shop: Shop) -> None:
    said = shop.run(job(shop.rows), reuse=False)
    assert ran(said) == set(STAGES)
    after = shop.run(job(shop.rows))
    assert ran(after) == set()
    assert after["data"][0].reused == f"shop/job-{shop.count - 1}/data"


def test_a_damaged_output_is_made_again_and_what_was_made_of_it_stays(shop: Shop) -> None:
    said = shop.run(job(shop.rows))
    (manifest,) = shop.manifests(said, "data")
    shard = Path(manifest.file("train-00000-000.arrow").uri)
    shard.write_bytes(shard.read_bytes()[:-8] + b"x" * 8)
    again = shop.run(job(shop.rows))
    assert ran(again) == {"data"}
    assert ran(shop.run(job(shop.rows))) == set()
    weights = Path(shop.manifests(again, "train")[1].file("weights.npz").uri)
    weights.unlink()
    last = shop.run(job(shop.rows))
    assert [bool(report.reused) for report in last["train"]] == [True, False]
    assert ran(last) == {"train"}
