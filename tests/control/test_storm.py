"""The property of the loop: whatever the weather, every job ends as it must, nothing runs on after
it, and nobody creates twice what they could know of."""

import os

import pytest

from hone.api.job import OptimizationJob, StageSpec
from hone.api.status import GangStatus, JobStatus
from hone.cluster.port import Key
from hone.plan.names import JOB
from tests.control.storm import Attempt, Storm

SEEDS = int(os.environ.get("HONE_STORMS", "500"))
"""2,000 and more were calm; so many are for every commit."""
BATCH = 25


FIRST, *LATER = range(0, SEEDS, BATCH)
"""The first batch is for every commit."""


@pytest.mark.parametrize(
    "first", [FIRST, *(pytest.param(seed, marks=pytest.mark.slow) for seed in LATER)]
)
def test_the_loop_converges_in_any_weather(first: int) -> None:
    for seed in range(first, first + BATCH):
        storm = Storm(seed)
        storm.run()
        for key in storm.cluster.resources:
            check(storm, key)


def check(storm: Storm, key: Key) -> None:
    """Hold the end of a job against the fates that its gangs met."""
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
        for gang in stage.gangs:
            if gang.reason != "Stopped":
                check_gang(f"{said}, {stage.name}", storm, key, spec, gang)
        alive = stage.state == "Succeeded"
    assert status.holds("Complete") == alive, said
    assert status.holds("Failed") == (not alive), said
    assert len(status.artifacts) == 0, said
    owned = (j for j in storm.cluster.jobs.values() if j["metadata"]["labels"][JOB] == key.name)
    running = [j["metadata"]["name"] for j in owned if not j["status"].get("conditions")]
    assert not running, f"{said}: runs on after the end: {running}"


def check_gang(said: str, storm: Storm, key: Key, spec: StageSpec, gang: GangStatus) -> None:
    """Every attempt but the last ended in a way that is tried again; the last decides."""
    attempts = [(key.name, spec.name, gang.member, n) for n in range(gang.attempt + 1)]
    met = [effect(storm, spec, attempt) for attempt in attempts]
    counted = sum(fate in ("crashed", "out of memory") for fate in met)
    assert "ok" not in met[:-1], f"{said}: restarted after success: {met}"
    assert "fatal" not in met[:-1], f"{said}: restarted after a final failure: {met}"
    if gang.state == "Succeeded":
        # A chief may end well before the fate of its peers is met, or before anybody has seen it.
        assert met[-1] == "ok" or attempts[-1] in storm.led, f"{said}: {met}"
    else:
        assert gang.state == "Failed", said
        assert met[-1] == "fatal" or counted > (spec.retries or 0), f"{said}: gave up after {met}"
    causes = gang.restarts
    assert causes.total == gang.attempt, f"{said}: restarts do not add up"
    assert causes.out_of_memory == met[: gang.attempt].count("out of memory"), said
    crashed = met[: gang.attempt].count("crashed")
    assert crashed - excused(storm, key, spec) <= causes.application <= crashed, said
    assert gang.replaced <= storm.replaced[attempts[-1]], f"{said}: replaced what was not lost"


def excused(storm: Storm, key: Key, spec: StageSpec) -> int:
    """Count the restarts of a stage for which an object was to blame that the cluster refused.

    A gang that lacks one was never whole: whoever crashed there is not counted.
    """
    told = (said for whose, said in storm.cluster.announced if whose == key)
    words = (f"stage {spec.name}, ", "restarting: the cluster refused")
    return sum(
        said.reason == "Restarting" and all(w in said.message for w in words) for said in told
    )


def effect(storm: Storm, spec: StageSpec, attempt: Attempt) -> str | None:
    """Say what the fate of an attempt comes to, as far as the plan can tell."""
    fate, _ = storm.fates.get(attempt, (None, ""))
    if storm.replaced[attempt]:
        return "ok"
    if spec.custom is None:
        return "crashed" if fate == "silent" else fate
    small = "crashed" if spec.custom.restart == "onFailure" else "fatal"
    return {"report lost": "ok", "silent": "ok", "crashed": small, "fatal": small}.get(
        fate or "", fate
    )
