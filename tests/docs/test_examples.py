"""The examples: one for each task, commented, and held against what it has to beat."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from hone.__main__ import main
from hone_trainer.tasks import AnyTask
from tests.docs.blocks import ROOT

EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
BY_TASK = [path for path in EXAMPLES if not path.stem.startswith("reference")]
every_example = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
each_by_task = pytest.mark.parametrize("path", BY_TASK, ids=lambda path: path.stem)


def stages(path: Path) -> dict[str, dict[str, Any]]:
    """The stages of an example by their kind."""
    job = yaml.safe_load(path.read_text())
    return {kind: body for stage in job["spec"]["stages"] for kind, body in stage.items()}


@every_example
def test_an_example_can_be_planned(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", str(path)]) == 0
    assert f"Job {path.stem}-evaluate-0-worker-a0" in capsys.readouterr().out


def test_every_kind_of_task_has_an_example() -> None:
    tasks = [task for path in EXAMPLES for task in stages(path)["prepare"]["tasks"]]
    assert {kind for task in tasks for kind in task} == set(AnyTask.kinds)
    heads = [len(stages(path)["prepare"]["tasks"]) for path in EXAMPLES]
    assert max(heads) == 2, "and one has two at once"


@each_by_task
def test_an_example_goes_all_the_way_and_says_what_it_has_to_beat(path: Path) -> None:
    found = stages(path)
    assert {"prepare", "train", "fuse", "compress", "evaluate"} <= found.keys()
    assert found["train"]["members"] == 2
    assert found["evaluate"]["baseline"] == "linear"
    assert found["evaluate"]["require"]


@each_by_task
def test_an_example_says_first_how_it_is_run(path: Path) -> None:
    head = path.read_text().partition("apiVersion")[0]
    assert f"#   hone run examples/{path.name}\n" in head


@each_by_task
def test_the_first_page_lists_every_example(path: Path, root: Path) -> None:
    assert f"(examples/{path.name})" in (root / "README.md").read_text()
