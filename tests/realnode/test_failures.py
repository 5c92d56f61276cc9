"""What goes wrong in a user's hands: every failure names the field and the remedy, disturbs no
other job, and what was committed stays."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.api.wrong_specs import CASES
from tests.realnode.desk import JSON, Desk, condition
from tests.realnode.specs import artifacts, prepare, small

pytestmark = [pytest.mark.realnode, pytest.mark.slow]


@pytest.fixture(scope="module")
def desk(desks: Callable[[str], Desk], tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = desks("failures")
    folder: Path = tmp_path_factory.mktemp("raw")
    for name, text in {
        "torn.csv": "user,item,clicked\n1,2,0\n1,2\n\x00\xff,,,\n",
    }.items():
        (folder / name).write_text(text, encoding="latin-1")
        desk.bed.store.put(folder / name, "raw", f"failures/{name}")
    wrong = {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing-at-all"}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "wrong"}}
    desk.kubectl("apply", "-f", "-", stdin=json.dumps({**secret, "stringData": wrong}))
    return desk


@pytest.fixture(scope="module")
def statuses(desk: Desk) -> dict[str, JSON]:
    """All failing jobs at once, a good one among them; each one's status at its end."""
    bed = desk.bed

    def csv(key: str) -> JSON:
        return {"csv": {"uri": f"s3://raw/failures/{key}"}}

    jobs: dict[str, JSON] = {
        "missing-input": {"artifacts": artifacts(bed), "stages": [prepare(csv("nowhere.csv"))]},
        "torn": {"artifacts": artifacts(bed), "stages": [prepare(csv("torn.csv"))]},
        "no-bucket": {
            "artifacts": artifacts(bed, uri="s3://nobody-made-this/x"),
            "stages": [prepare(small())],
        },
        "wrong-keys": {"artifacts": artifacts(bed, secret="wrong"), "stages": [prepare(small())]},
        "good": {"artifacts": artifacts(bed), "stages": [prepare(small())]},
        "gate": {
            "artifacts": artifacts(bed),
            "stages": [
                prepare(small()),
                # Three rows cannot fill a batch: the second stage fails, the first stays.
                {
                    "name": "train",
                    "train": {"model": {"recommendation": {"lstm": {}}}, "batchSize": 100_000},
                },
            ],
        },
    }
    for name, spec in jobs.items():
        desk.apply(name, spec)
    for case in CASES:
        if case.seen_by == "flow":
            desk.apply(f"flow-{CASES.index(case)}", case.spec())
    return {name: desk.ended(name) for name in jobs}


@pytest.mark.parametrize(
    ("name", "reason", "says"),
    [
        ("missing-input", "InputNotFound", "nowhere.csv"),
        ("torn", "BrokenRow", "torn.csv"),
        ("no-bucket", "BucketNotFound", "artifacts.uri"),
        ("wrong-keys", "StorageForbidden", "credentials.secretName"),
        ("gate", "", "batchSize"),
    ],
)
def test_a_failure_says_what_to_do(
    statuses: dict[str, JSON], name: str, reason: str, says: str
) -> None:
    failed = condition(statuses[name], "Failed")
    assert failed["status"] == "True"
    assert failed["reason"] == reason or not reason, failed
    assert says in failed["message"]
    assert statuses[name]["restarts"] == 0


def test_what_was_committed_stays(statuses: dict[str, JSON], desk: Desk) -> None:
    kept = statuses["gate"]["artifacts"]
    assert kept
    for artifact in kept:
        desk.verify(artifact)


def test_the_good_job_among_them_is_not_disturbed(statuses: dict[str, JSON]) -> None:
    assert condition(statuses["good"], "Complete")["status"] == "True"
    assert statuses["good"]["restarts"] == 0


def test_what_the_schema_cannot_see_is_not_accepted(statuses: dict[str, JSON], desk: Desk) -> None:
    for number, case in enumerate(CASES):
        if case.seen_by == "flow":
            status = desk.ended(f"flow-{number}", 60)
            accepted = condition(status, "Accepted")
            assert accepted["status"] == "False"
            for words in case.says:
                assert words in accepted["message"]
