"""What is away comes back: a storage that answers nobody for a while costs that while. And jobs of
another operator, converted, run beside it."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from hone.__main__ import main
from tests.realnode.desk import JSON, Desk, condition
from tests.realnode.siege import Siege, storage_away
from tests.realnode.specs import artifacts, siege_job

pytestmark = [pytest.mark.realnode, pytest.mark.slow]

AWAY_S = 12
RUN = ("multi-worker", "parameter-server")


@pytest.fixture(scope="module")
def desk(desks: Callable[[str], Desk]) -> Desk:
    return desks("outages")


def converted(desk: Desk, sample: Path, target: Path) -> JSON:
    """Convert a TFJob as people do, and put it to the box's storage."""
    assert (
        main(["convert", str(sample), "--artifacts", "s3://models/tests", "-o", str(target)]) == 0
    )
    job: JSON = yaml.safe_load(target.read_text())
    job["spec"]["artifacts"] = artifacts(desk.bed)
    return job


@pytest.fixture(scope="module")
def started(desk: Desk, root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Two converted jobs, at work while other tests look elsewhere."""
    for name in RUN:
        target = tmp_path_factory.mktemp("converted") / "job.yaml"
        job = converted(desk, root / f"examples/tfjobs/{name}.yaml", target)
        desk.apply(job["metadata"]["name"], job["spec"])


def test_a_training_waits_for_its_storage(desk: Desk, started: None) -> None:
    siege = Siege(desk, "dry")
    train: JSON = {"epochs": 20, "batchSize": 64, "stepsPerExecution": 2, "rowLog": True}
    strategy = {"multiWorkerMirrored": {"workers": 2}}
    how: JSON = {"checkpoint": {"everySeconds": 1}, "strategy": strategy}
    desk.apply(siege.job, siege_job(desk.bed, **train, **how))
    siege.until_saved(0)
    with storage_away(desk.bed):
        before = len(siege.blocks(0))
        time.sleep(AWAY_S)
        gang = siege.gang()
        assert (gang["state"], gang["attempt"]) == ("Running", 0)
        assert len(siege.blocks(0)) - before <= 1, "it was not away"
    status = desk.ended(siege.job)
    assert condition(status, "Complete").get("status") == "True", desk.tell()
    assert status["restarts"] == 0


@pytest.mark.parametrize("name", RUN)
def test_a_converted_tfjob_runs(desk: Desk, started: None, name: str) -> None:
    status = desk.ended(name)
    assert condition(status, "Complete").get("status") == "True", desk.tell()
    assert status["restarts"] == 0
    running = f"hone.dev/job={name}", "--field-selector=status.phase=Running"
    # A program that does not listen for its end is ended after the grace period of a minute.
    desk.until("end of all its pods", lambda: not desk.items("pods", "-l", *running), 180)


def test_every_sample_is_accepted_once_converted(desk: Desk, root: Path, tmp_path: Path) -> None:
    samples = sorted((root / "examples/tfjobs").glob("*.yaml"))
    assert len(samples) == 6
    for sample in samples:
        job = converted(desk, sample, tmp_path / sample.name)
        job["metadata"] |= {"namespace": desk.namespace, "name": f"dry-run-{sample.stem}"}
        desk.kubectl("apply", "--dry-run=server", "-f", "-", stdin=yaml.safe_dump(job))
