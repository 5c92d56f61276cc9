"""The property of the loop: whatever the weather, every job ends as it must, and nothing is created
twice."""

import pytest

from hone.api.job import OptimizationJob
from hone.api.status import JobStatus
from hone.cluster.port import Key
from tests.control.storm import Storm

SEEDS = 2000
BATCH = 250


@pytest.mark.parametrize("first", range(0, SEEDS, BATCH))
def test_the_loop_converges_in_any_weather(first: int) -> None:
    for seed in range(first, first + BATCH):
        storm = Storm(seed)
        storm.run()
        for key in storm.cluster.resources:
            check(storm, key)
        twice = [name for name, count in storm.cluster.created.items() if count > 1]
        assert not twice, f"seed {seed}: created twice: {twice}"


def check(storm: Storm, key: Key) -> None:
    """Hold the end of a job against the fates that its pods met."""
    raw = storm.cluster.resources[key]
    job = OptimizationJob.read(raw)
    status = JobStatus.model_validate(raw["status"])
    said = f"seed {storm.seed}, {key}"
    assert status.finished_at, f"{said}: not finished"
    alive = True
    for spec, stage in zip(job.spec.stages, status.stages, strict=True):
        if not alive:
            assert stage.state == "Pending", f"{said}: {stage.name} ran after a failure"
            continue
        stopped = any(gang.state == "Failed" for gang in stage.gangs)
        for gang in stage.gangs:
            if gang.reason == "Stopped":
                continue
            met = [
                storm.fates.get(f"{key.name}-{stage.name}-{gang.member}-worker-a{attempt}")
                for attempt in range(gang.attempt + 1)
            ]
            check_gang(said, met, gang.state, spec.retries or 0, stopped=stopped)
            causes = gang.restarts
            assert causes.total == gang.attempt, f"{said}: restarts do not add up"
            assert causes.out_of_memory == met[: gang.attempt].count("out of memory"), said
            assert causes.application == met[: gang.attempt].count("crashed"), said
        alive = stage.state == "Succeeded"
    assert status.holds("Complete") == alive, said
    assert status.holds("Failed") == (not alive), said
    assert len(status.artifacts) == 0, said


def check_gang(
    said: str, met: list[str | None], state: str, retries: int, *, stopped: bool
) -> None:
    """Every attempt but the last ended in a way that is tried again; the last decides."""
    counted = sum(fate in ("crashed", "out of memory") for fate in met)
    assert "ok" not in met[:-1], f"{said}: restarted after success: {met}"
    assert "fatal" not in met[:-1], f"{said}: restarted after a final failure: {met}"
    if state == "Succeeded":
        assert met[-1] == "ok", f"{said}: {met}"
    else:
        assert stopped, said
        assert met[-1] == "fatal" or counted > retries, f"{said}: gave up after {met}"
