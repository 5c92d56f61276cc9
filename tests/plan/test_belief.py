"""Whose an object is: what was made and recorded counts, what only says so changes nothing."""

from typing import Any

import pytest

from hone.api.status import GangStatus, JobStatus, StageStatus, State
from hone.plan import names
from hone.plan.belief import made_of, on_record, taken, unlisted
from hone.plan.manifests import service
from hone.plan.names import INDEX
from hone.plan.world import World
from tests.plan.builders import job
from tests.plan.metas import MAKER, NAME, OWNER, PLACE, RAW, job_meta, pod_meta


def raw(jobs: dict[str, str], state: State = "Running", attempt: int = 2) -> dict[str, Any]:
    """A job with these Jobs on record."""
    gang = GangStatus(member=1, state=state, attempt=attempt, jobs=jobs)
    stage = StageStatus(name="train", kind="train", gangs=(gang,))
    return {**RAW, "status": JobStatus(stages=(stage,)).dump()}


RECORDED = raw({NAME: "uid-of-job"})


@pytest.mark.parametrize(
    ("change", "seen", "recorded"),
    [
        ({}, True, True),
        ({"uid": "another"}, True, True),
        ({"name": "another"}, False, False),
        ({"labels": None}, False, True),
        ({"labels": {**PLACE.labels(), names.ATTEMPT: "77"}}, False, True),
        ({"labels": {**PLACE.labels(), names.MEMBER: "x"}}, False, True),
        ({"ownerReferences": None}, False, True),
        ({"ownerReferences": [{**OWNER, "controller": False}]}, False, True),
        ({"ownerReferences": [{**OWNER, "uid": "uid-2"}]}, False, True),
    ],
)
def test_a_job_counts_by_name_and_controller_or_by_its_uid_on_record(
    change: dict[str, Any], seen: bool, recorded: bool
) -> None:
    made = {"metadata": job_meta(**change)}
    assert bool(World.read(RAW, [made]).jobs) == seen
    views = World.read(RECORDED, [made]).jobs
    assert [view.place for view in views] == [PLACE] * recorded


@pytest.mark.parametrize(("attempt", "found"), [(1, False), (2, True), (3, True), (4, False)])
def test_a_job_that_lost_its_labels_is_of_this_attempt_or_the_last(
    attempt: int, found: bool
) -> None:
    bare = {"metadata": job_meta(labels=None)}
    world = World.read(raw({NAME: "uid-of-job"}, attempt=attempt), [bare])
    assert bool(world.jobs) == found


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ({}, True),
        ({"ownerReferences": None}, False),
        ({"ownerReferences": [{**MAKER, "controller": False}]}, False),
        ({"ownerReferences": [{**MAKER, "kind": "ReplicaSet"}]}, False),
        ({"ownerReferences": [{**MAKER, "name": "another"}]}, False),
        ({"labels": {**PLACE.labels(), names.ATTEMPT: "77", INDEX: "0"}}, False),
        ({"labels": None}, False),
    ],
)
def test_a_pod_counts_by_the_job_that_controls_it(change: dict[str, Any], seen: bool) -> None:
    assert bool(World.read(RAW, pods=[{"metadata": pod_meta(**change)}]).pods) == seen


@pytest.mark.parametrize(
    ("change", "there"),
    [
        ({}, True),
        ({"name": "another"}, False),
        ({"ownerReferences": None}, False),
        ({"deletionTimestamp": "now"}, False),
    ],
)
def test_a_service_counts_by_name_and_controller(change: dict[str, Any], there: bool) -> None:
    meta = {"name": "demo-gang", "ownerReferences": [OWNER], **change}
    assert bool(World.read(RAW, services=[{"metadata": meta}]).services) == there


MINE = service(job())["metadata"]


@pytest.mark.parametrize(
    ("change", "made"),
    [
        ({}, True),
        ({"labels": MINE["labels"] | {"more": "yes"}}, True),
        ({"labels": {}}, False),
        ({"annotations": {}}, False),
        ({"annotations": {names.DIGEST: "0" * 32}}, False),
        ({"ownerReferences": [{**OWNER, "uid": "uid-2"}]}, False),
        ({"deletionTimestamp": "now"}, False),
    ],
)
def test_what_was_made_has_our_owner_and_the_digest_of_what_was_asked_for(
    change: dict[str, Any], made: bool
) -> None:
    assert made_of({**MINE, **change}, service(job())) == made


DEAD = {**OWNER, "uid": "uid-0"}
LEFT = {names.JOB: "demo", names.UID: "uid-0"}
DELETE = "; delete it (kubectl -n shop delete service demo-gang), or rename this job"
THERE = "Service demo-gang is there already, "
OUT = "Service demo-gang is still on its way out"


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ({}, f"{THERE}made by somebody else{DELETE}"),
        ({"labels": {**LEFT, names.UID: "uid-1"}}, f"{THERE}made by somebody else{DELETE}"),
        ({"labels": {names.JOB: "other"}}, f"{THERE}made by somebody else{DELETE}"),
        (
            {"ownerReferences": [{"kind": "Sack", "name": "x", "uid": "u", "controller": True}]},
            f"{THERE}and belongs to Sack x{DELETE}",
        ),
        (
            {"ownerReferences": [DEAD]},
            f"{THERE}left behind by an earlier job of this name{DELETE}",
        ),
        ({"labels": LEFT}, f"{THERE}left behind by an earlier job of this name{DELETE}"),
        (
            {"ownerReferences": [OWNER]},
            f"{THERE}with this job for its owner, and made by another hand{DELETE}",
        ),
        ({"deletionTimestamp": "t"}, OUT),
        ({"deletionTimestamp": "t", "finalizers": ["a", "b"]}, f"{OUT}: remove its finalizer a, b"),
    ],
)
def test_a_taken_name_says_whose_it_is_and_what_to_do(there: dict[str, Any], said: str) -> None:
    assert taken({"name": "demo-gang", **there}, service(job())) == said


def test_jobs_on_record_that_no_label_finds_are_asked_for_by_name() -> None:
    listed = [{"metadata": {"name": "b", "uid": "u2"}}]
    known = {"a": "u1", "b": "u2"}
    assert list(unlisted(raw(known), listed)) == ["a"]
    assert list(unlisted(raw(known, "Pending"), [])) == ["a", "b"]
    assert list(unlisted(raw(known, "Succeeded"), [])) == []
    assert list(unlisted({"status": None}, [])) == []


def test_a_job_on_record_is_asked_for_once_whatever_its_record_says() -> None:
    listed = [{"metadata": {"name": "b", "uid": "u2"}}]
    assert list(unlisted(raw({"b": "another"}), listed)) == []
    gang = {"state": "Running", "jobs": {"a": "u1"}}
    twice = {"status": {"stages": [{"gangs": [gang, gang]}]}}
    assert list(unlisted(twice, listed)) == ["a"]


def test_a_uid_is_on_record_or_not() -> None:
    assert on_record(RECORDED, "uid-of-job")
    assert not on_record(RECORDED, "another")
    assert not on_record(RAW, "uid-of-job")
