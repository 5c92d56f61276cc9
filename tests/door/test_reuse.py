"""`hone run` with the real trainer: what an edit, other rows and another job leave to be done."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab import patience

pytestmark = pytest.mark.slow

Story = dict[str, tuple[set[str], str]]
"""Call -> the stages that had to be done, and what was said."""
STAGES = ("data", "drawn")


def job(name: str, rows: int = 300) -> dict[str, Any]:
    """A job of two stages, of which one reads a file; neither needs TensorFlow."""
    words = {
        "tasks": [{"binary": {"label": "clicked"}}],
        "columns": [{"name": "user", "id": {}}, {"name": "item", "id": {}}],
    }
    sources = ({"csv": {"uri": "clicks.csv"}}, {"clickModel": {"rows": rows}})
    return {
        "apiVersion": "hone.dev/v1alpha1",
        "kind": "OptimizationJob",
        "metadata": {"name": name},
        "spec": {
            "artifacts": {"uri": "s3://models/demo"},
            "stages": [
                {"name": stage, "prepare": {"source": source, **words}}
                for stage, source in zip(STAGES, sources, strict=True)
            ],
        },
    }


class Home:
    """A folder with rows and jobs, in which people run them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows(1)

    def rows(self, seed: int) -> None:
        draw = random.Random(seed)
        lines = [f"u{draw.randrange(20)},i{draw.randrange(9)},{k % 2}" for k in range(800)]
        (self.folder / "clicks.csv").write_text("user,item,clicked\n" + "\n".join(lines) + "\n")

    def start(self, name: str, *words: str, rows: int = 300) -> subprocess.Popen[str]:
        (self.folder / f"{name}.yaml").write_text(yaml.safe_dump(job(name, rows)))
        return subprocess.Popen(
            [sys.executable, "-m", "hone", "run", f"{name}.yaml", "--output", "json", *words],
            cwd=self.folder,
            env=os.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def end(self, run: subprocess.Popen[str]) -> tuple[set[str], str]:
        """Wait for the end; give the stages that had to be done, and what was said."""
        said, _ = run.communicate(timeout=patience.seconds(300))
        assert run.returncode == 0, said
        told = json.loads(said.splitlines()[-1])
        return {each["name"] for each in told["stages"] if not each["reused"]}, said

    def run(self, name: str, *words: str, rows: int = 300) -> tuple[set[str], str]:
        return self.end(self.start(name, *words, rows=rows))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """What was done, and said, call by call."""
    home = Home(tmp_path_factory.mktemp("home"))
    runs = [home.start(name) for name in ("one", "two")]
    told = {name: home.end(run) for name, run in zip(("one", "two"), runs, strict=True)}
    signposts = home.folder / ".hone/artifacts/default/.reuse"
    assert len(list(signposts.iterdir())) == len(STAGES)
    told["edited"] = home.run("one", rows=400)
    told["again"] = home.run("one", rows=400)
    home.rows(2)
    told["rows"] = home.run("one", rows=400)
    told["fresh"] = home.run("one", "--fresh", rows=400)
    told["late"] = home.run("two", rows=400)
    return told


def test_two_jobs_at_once_do_each_stage_at_most_twice(story: Story) -> None:
    """Whoever comes later takes over; who comes at once makes the same, and nobody is harmed."""
    for name in ("one", "two"):
        assert story[name][0] <= set(STAGES)
    assert story["one"][0] | story["two"][0] == set(STAGES)


def test_only_what_the_edit_touches_is_done(story: Story) -> None:
    ran, said = story["edited"]
    assert ran == {"drawn"}
    assert "edited since the last run: beginning anew, with what is the same taken over" in said
    assert "stage data: reused from default/" in said


def test_a_call_without_news_does_nothing(story: Story) -> None:
    ran, said = story["again"]
    assert ran == set()
    assert "every stage was already committed; nothing to do" in said


def test_other_rows_are_noticed(story: Story) -> None:
    ran, said = story["rows"]
    assert ran == {"data"}
    assert "what stage data reads has changed: beginning anew" in said


def test_fresh_takes_nothing_over_and_is_taken_over_from_then_on(story: Story) -> None:
    assert story["fresh"][0] == set(STAGES)
    ran, said = story["late"]
    assert ran == set()
    assert "reused from default/one/drawn" in said
