"""The samples, from end to end: what comes out is on record, and keeps the schema."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from hone.api.dialect import write
from hone.api.job import OptimizationJob
from hone.migrate.notes import lines
from hone.migrate.tfjob import Converted, Wishes, convert

SAMPLES = ("multi-worker", "parameter-server", "exit-code", "gpus", "volumes", "ttl")
GOLDEN = Path(__file__).parent / "golden"
RUNNABLE = ("multi-worker", "parameter-server")
"""Samples that need no image of their own."""


def converted(root: Path, name: str) -> Converted:
    raw = yaml.safe_load((root / f"examples/tfjobs/{name}.yaml").read_text())
    return convert(raw, Wishes())


def on_record(done: Converted) -> str:
    """The job, and what was said as comments behind it."""
    return write([done.job]) + "".join(f"# {line}\n" for line in lines(done.notes))


def test_every_sample_is_looked_at(root: Path) -> None:
    assert {path.stem for path in (root / "examples/tfjobs").iterdir()} == set(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_becomes_what_is_on_record(name: str, root: Path) -> None:
    # To renew the record: python -m tests.migrate.test_samples
    assert on_record(converted(root, name)) == (GOLDEN / f"{name}.yaml").read_text()


@pytest.mark.parametrize("name", SAMPLES)
def test_what_comes_out_keeps_the_schema(name: str, root: Path) -> None:
    done = converted(root, name)
    job = OptimizationJob.read(done.job)
    (stage,) = job.spec.stages
    assert job.name == name
    assert stage.kind == "custom"
    read_again = OptimizationJob.read(yaml.safe_load(write([done.job])))
    assert read_again == job


@pytest.mark.parametrize("name", SAMPLES)
def test_as_many_pods_come_out_as_went_in(name: str, root: Path) -> None:
    raw = yaml.safe_load((root / f"examples/tfjobs/{name}.yaml").read_text())
    before = sum(each.get("replicas", 1) for each in raw["spec"]["tfReplicaSpecs"].values())
    (stage,) = OptimizationJob.read(converted(root, name).job).spec.stages
    assert sum(gang.size for gang in stage.value.gangs()) == before


@pytest.mark.parametrize("name", RUNNABLE)
def test_scripts_inside_samples_are_python(name: str, root: Path) -> None:
    custom = converted(root, name).job["spec"]["stages"][0]["custom"]
    for each in (custom, *custom["roles"]):
        words: list[Any] = each.get("command", ["python", "-c", ""])
        assert words[:2] == ["python", "-c"]
        compile(words[2], name, "exec")


def renew(root: Path) -> None:
    """Put what comes out now on record."""
    for name in SAMPLES:
        (GOLDEN / f"{name}.yaml").write_text(on_record(converted(root, name)))


if __name__ == "__main__":
    renew(Path(__file__).parents[2])
