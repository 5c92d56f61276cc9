"""The reference job, from the same file that runs on a laptop, in the real cluster: two gangs of
two pods, an S3 server, and an operator that is killed at five moments."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lab import patience
from lab.testbed import Testbed
from tests.realnode.desk import JSON, OPERATORS, SYSTEM, Desk, condition, kill_operator

pytestmark = [pytest.mark.realnode, pytest.mark.slow]

ACCOUNT = "system:serviceaccount:hone-system:hone"
MOMENTS: tuple[tuple[str, Callable[[JSON], bool]], ...] = (
    ("before anything is recorded", lambda status: True),
    ("while data is prepared", lambda status: stage(status, 0).get("state") == "Running"),
    # While no operator is awake pods go on, so each moment has to be one that waits for us.
    ("in mid-training", lambda status: stage(status, 1).get("ready") == "4/4"),
    ("while members are fused", lambda status: stage(status, 2).get("state") == "Running"),
    ("while candidates compete", lambda status: stage(status, 3).get("state") == "Running"),
)


def stage(status: JSON, index: int) -> JSON:
    stages = status.get("stages", [])
    return stages[index] if index < len(stages) else {}


@pytest.fixture(scope="module")
def desk(desks: Callable[[str], Desk]) -> Desk:
    return desks("reference")


@pytest.fixture(scope="module")
def run(desk: Desk, root: Path) -> JSON:
    """The job's status at its end, and what was seen on the way."""
    name = desk.apply_file(root / "examples" / "reference.yaml")
    jobs: dict[str, set[str]] = {}
    pods: set[str] = set()
    columns: set[str] = set()
    killed = []
    moments = list(MOMENTS)
    begun = time.monotonic()
    while not (status := desk.status(name)).get("finishedAt"):
        assert time.monotonic() - begun < patience.seconds(900), desk.tell()
        for job in desk.items("jobs"):
            jobs.setdefault(job["metadata"]["name"], set()).add(job["metadata"]["uid"])
        pods |= {pod["metadata"]["name"] for pod in desk.items("pods")}
        columns.add(desk.kubectl("get", "hj"))
        if moments and moments[0][1](status):
            kill_operator(desk.bed)
            killed.append(moments.pop(0)[0])
        time.sleep(0.5)
    _keep(desk, name, sorted(columns))
    events = desk.kubectl("get", "events", "--field-selector=type=Warning")
    return {"name": name, "status": status, "jobs": jobs, "pods": pods, "killed": killed,
            "columns": columns, "events": events}  # fmt: skip


def _keep(desk: Desk, name: str, columns: list[str]) -> None:
    """Keep what a user saw, where somebody wants to read it."""
    folder = os.environ.get("HONE_TRANSCRIPTS")
    if not folder:
        return
    text = ["\n".join(columns), desk.kubectl("describe", "hj", name)]
    text.append(desk.kubectl("explain", "optimizationjobs.hone.dev.spec.stages"))
    text.append(desk.kubectl("get", "hj", name, "-o", "yaml"))
    Path(folder, "reference.txt").write_text("\n\n".join(text))


def test_it_completes_in_spite_of_five_kills(run: JSON, desk: Desk) -> None:
    assert len(run["killed"]) == 5, run["killed"]
    assert condition(run["status"], "Complete").get("status") == "True", desk.tell()
    desk.kubectl("wait", "--for=condition=Complete", f"hj/{run['name']}", patience.flag(5))


def test_nothing_was_created_twice_and_no_training_restarted(run: JSON) -> None:
    assert all(len(uids) == 1 for uids in run["jobs"].values()), run["jobs"]
    assert run["status"]["restarts"] == 0, run["events"]
    gangs = [gang for each in run["status"]["stages"] for gang in each["gangs"]]
    assert {gang["attempt"] for gang in gangs} == {0}


def test_two_gangs_of_two_pods_trained(run: JSON) -> None:
    workers = [pod for pod in run["pods"] if "-train-" in pod]
    assert len(workers) == 4, workers
    assert [gang["size"] for gang in run["status"]["stages"][1]["gangs"]] == [2, 2]


def test_the_columns_show_how_far_it_is(run: JSON) -> None:
    text = "\n".join(run["columns"])
    for words in ("STAGE", "PROGRESS", "READY", "RESTARTS", "METRIC", "AGE", "4/4"):
        assert words in text
    assert "valAuc=" in text


def test_every_artifact_is_in_the_store_with_its_digest(run: JSON, desk: Desk) -> None:
    artifacts = run["status"]["artifacts"]
    assert {a["name"].split("/")[0] for a in artifacts} >= {"data", "train", "fuse", "compress"}
    for artifact in artifacts:
        desk.verify(artifact)


def test_it_is_as_good_as_the_mission_asks(run: JSON) -> None:
    trained = {m["name"]: float(m["value"]) for m in run["status"]["stages"][2]["metrics"]}
    assert trained["valAccuracy"] >= 0.8792


def test_describe_tells_the_story(run: JSON, desk: Desk) -> None:
    told = desk.kubectl("describe", "hj", run["name"])
    for words in ("AllStagesSucceeded", "StageSucceeded", "Valid", "sha256"):
        assert words in told


def test_the_operator_has_few_rights(desk: Desk) -> None:
    def may(verb: str, what: str) -> str:
        words = ("auth", "can-i", verb, what, f"--as={ACCOUNT}")
        return desk.bed.kubectl(*words, check=False).strip()

    assert may("get", "secrets") == "no"
    assert may("*", "*") == "no"
    assert may("create", "pods") == "no"
    assert may("create", "jobs.batch") == "yes"


def test_only_the_pods_saw_the_credentials(run: JSON, hone: Testbed, desk: Desk) -> None:
    secret = hone.store.credentials.secret_key
    assert secret not in desk.kubectl("get", "hj,jobs,pods,events", "-o", "yaml")
    assert secret not in hone.kubectl("-n", SYSTEM, "logs", "-l", OPERATORS, "--tail=-1")
    for pod in sorted(run["pods"]):
        assert secret not in desk.kubectl("logs", pod, check=False)


def test_deleting_the_job_removes_its_children_and_keeps_its_artifacts(
    run: JSON, desk: Desk
) -> None:
    desk.kubectl("delete", "hj", run["name"], patience.flag(30))
    desk.until("empty namespace", lambda: not desk.items("jobs") + desk.items("pods"), 90)
    assert not desk.items("services")
    for artifact in run["status"]["artifacts"]:
        desk.verify(artifact)
