"""What is read off plain Kubernetes objects, and which worlds cannot be."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hone.plan.world import JobView, World, stamp, when
from hone_trainer.contract.assignment import Report
from tests.plan.metas import PLACE, RAW, job_meta, pod_meta


def job(**status: Any) -> dict[str, Any]:
    return {"metadata": job_meta(), "status": status}


def pod(status: dict[str, Any], **meta: Any) -> dict[str, Any]:
    return {"metadata": {**pod_meta(), **meta}, "status": status}


def one_pod(status: dict[str, Any], **meta: Any) -> Any:
    return World.read(RAW, pods=[pod(status, **meta)]).pods[0]


def holds(kind: str, **more: str) -> dict[str, str]:
    return {"type": kind, "status": "True", **more}


@pytest.mark.parametrize(
    ("conditions", "complete", "failed"),
    [
        ([], False, None),
        ([holds("Complete")], True, None),
        ([holds("SuccessCriteriaMet")], False, None),
        ([holds("Failed", message="gone wrong")], False, "gone wrong"),
        ([holds("Failed", reason="BackoffLimitExceeded")], False, "BackoffLimitExceeded"),
        ([holds("FailureTarget", message="deciding")], False, "deciding"),
        ([{"type": "Failed", "status": "False"}], False, None),
    ],
)
def test_the_end_of_a_job_is_read_from_its_conditions(
    conditions: list[dict[str, str]], complete: bool, failed: str | None
) -> None:
    view = World.read(RAW, [job(conditions=conditions)]).jobs[0]
    assert (view.complete, view.failed) == (complete, failed)
    assert view.place == PLACE


def test_counts_that_are_absent_are_zero() -> None:
    view = World.read(RAW, [job()]).jobs[0]
    assert (view.ready, view.succeeded, view.suspended, view.terminating) == (0, 0, False, False)
    assert World.read(RAW, [job(ready=2, succeeded=1)]).jobs[0].ready == 2
    assert (view.lost, World.read(RAW, [job(failed=3)]).jobs[0].lost) == (0, 3)


def test_a_job_held_back_for_admission_is_seen() -> None:
    assert World.read(RAW, [job(conditions=[holds("Suspended")])]).jobs[0].suspended


def test_a_pod_that_ended_tells_how() -> None:
    said = Report(reason="BadLabel", message="mend it").encode()
    ended = {"exitCode": 64, "message": said, "reason": "Error", "finishedAt": "t"}
    view = one_pod({"phase": "Failed", "containerStatuses": [{"state": {"terminated": ended}}]})
    assert (view.exit_code, view.cause, view.index, view.finished_at) == (64, "Error", 3, "t")
    assert view.report == Report(reason="BadLabel", message="mend it")


def test_figures_of_a_program_may_be_numbers() -> None:
    said = '{"message": "done", "metrics": [{"name": "auc", "value": 0.93}]}'
    ended = {"exitCode": 0, "message": said}
    report = one_pod({"containerStatuses": [{"state": {"terminated": ended}}]}).report
    assert (report.message, report.metrics[0].value) == ("done", "0.93")


FILE = '{"manifest": {"name": "m", "uri": "s3://b/m", "sha256": "0", "sizeBytes": %s}}'


@pytest.mark.parametrize(
    "message",
    [
        "",
        "Killed",
        "{}x",
        '{"reason": 5}',
        "[]",
        *(FILE % size for size in ("9223372036854775808", "-1", "1e400", "NaN", "0.5")),
    ],
)
def test_words_that_are_no_report_are_none(message: str) -> None:
    ended = {"exitCode": 1, "message": message}
    assert one_pod({"containerStatuses": [{"state": {"terminated": ended}}]}).report is None


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("", ""),
        ("Killed", "Killed"),
        ("one\n\n two \nthree\nfour\n", "two | three | four"),
        ("x" * 9000, "x" * 400),
        (Report(message="done").encode(), ""),
    ],
)
def test_of_words_that_are_no_report_the_end_is_kept(message: str, said: str) -> None:
    ended = {"exitCode": 1, "message": message}
    assert one_pod({"containerStatuses": [{"state": {"terminated": ended}}]}).said == said


def test_who_took_a_pod_away_is_told_in_their_words() -> None:
    taken = {"phase": "Failed", "conditions": [{**holds("DisruptionTarget"), "message": "a taint"}]}
    assert one_pod(taken).disruption == "a taint"


def test_an_eviction_is_told_even_without_a_container() -> None:
    view = one_pod(
        {"phase": "Failed", "reason": "Evicted", "conditions": [holds("DisruptionTarget")]}
    )
    assert (view.cause, view.disrupted, view.exit_code) == ("Evicted", True, None)


@pytest.mark.parametrize(
    ("inner", "cause"), [("", "Evicted"), ("Error", "Evicted"), ("OOMKilled", "OOMKilled")]
)
def test_the_kubelets_words_at_an_eviction_are_kept(inner: str, cause: str) -> None:
    used = 'Usage of EmptyDir volume "scratch" exceeds the limit "1Gi".'
    ended = {"exitCode": 137, "reason": inner}
    status = {
        "phase": "Failed",
        "reason": "Evicted",
        "message": used,
        "containerStatuses": [{"state": {"terminated": ended}}],
    }
    view = one_pod(status)
    assert (view.cause, view.disruption, view.disrupted) == (cause, used, False)


@pytest.mark.parametrize(
    ("status", "waiting"),
    [
        (
            {"conditions": [{"type": "PodScheduled", "status": "False", "message": "no node"}]},
            "no node",
        ),
        ({"conditions": [{"type": "PodScheduled", "status": "True"}]}, ""),
        (
            {
                "containerStatuses": [
                    {"state": {"waiting": {"reason": "ErrImagePull", "message": "no such image"}}}
                ]
            },
            "ErrImagePull: no such image",
        ),
        ({"containerStatuses": [{"state": {"waiting": {"reason": "ContainerCreating"}}}]}, ""),
        (
            {
                "containerStatuses": [
                    {"state": {"waiting": {"reason": "CreateContainerConfigError"}}}
                ]
            },
            "CreateContainerConfigError",
        ),
        (
            {
                "phase": "Unknown",
                "containerStatuses": [{"state": {"waiting": {"reason": "ContainerCreating"}}}],
            },
            "the node of pod demo-train-1-worker-a2-3-abcde does not say how it fares",
        ),
    ],
)
def test_why_a_pod_waits(status: dict[str, Any], waiting: str) -> None:
    assert one_pod(status).waiting == waiting


def test_what_is_on_its_way_out_is_seen_as_such() -> None:
    assert one_pod({}, deletionTimestamp="now").terminating
    leaving = job()
    leaving["metadata"]["deletionTimestamp"] = "now"
    assert World.read(RAW, [leaving]).jobs[0].terminating


def test_two_jobs_of_one_name_cannot_be() -> None:
    view = JobView("a", PLACE)
    with pytest.raises(ValueError, match="two Jobs"):
        World(jobs=(view, view))


def test_complete_and_failed_at_once_cannot_be() -> None:
    with pytest.raises(ValueError, match="at once"):
        JobView("a", PLACE, complete=True, failed="x")


def test_times_are_read_as_they_are_written() -> None:
    moment = datetime(2030, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert stamp(moment) == "2030-02-03T04:05:06Z"
    assert when(stamp(moment)) == moment
