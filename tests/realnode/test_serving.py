"""From a job to answers in the real cluster: its bundle behind a Service, and rolled to the next
while somebody asks all the time.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.recipes import SERVER
from tests.realnode.desk import JSON, Desk, condition
from tests.realnode.specs import artifacts, prepare, small

pytestmark = [pytest.mark.realnode, pytest.mark.slow]

NAME = "clicks"
CLIENT = """
import http.client, json, sys, time

host, seconds = sys.argv[1], float(sys.argv[2])
asked, failed, seen, wrong = 0, [], {}, 0
body = json.dumps({"instances": [{"user": "u1", "item": "i2"}, {"user": "u3", "item": None}]})
end, line = time.monotonic() + seconds, None
while time.monotonic() < end:
    try:
        line = line or http.client.HTTPConnection(host, 80, timeout=20)
        line.request("POST", "/v1/models/clicks:predict", body)
        answer = line.getresponse()
        told, status = answer.read(), answer.status
        if answer.will_close:
            line.close()
            line = None
        asked += 1
        first, second = json.loads(told)["predictions"]
        wrong += not 0 < first["probability"] < 1 or second != {"refused": "no item"}
        if asked % 50 == 0:
            about = http.client.HTTPConnection(host, 80, timeout=20)
            about.request("GET", "/v2/models/clicks")
            (version,) = json.loads(about.getresponse().read())["versions"]
            seen[version] = seen.get(version, 0) + 1
            about.close()
    except Exception as error:
        failed.append(f"{type(error).__name__}: {error}")
        line = None
    time.sleep(0.005)
print(json.dumps({"asked": asked, "wrong": wrong, "failed": failed[:5], "seen": seen}))
"""


def job(desk: Desk, rows: int) -> JSON:
    """A small job, whose data set has a column to fill and one to refuse for."""
    train = {"model": {"recommendation": {"lstm": {"embedding": 4, "units": 4}}}, "epochs": 1}
    stages = [
        prepare(small(rows), clean=[{"missing": {}}]),
        {"name": "train", "train": train},
        {"name": "evaluate", "evaluate": {}},
    ]
    return {"artifacts": artifacts(desk.bed), "stages": stages}


def bundle(desk: Desk, status: JSON) -> tuple[str, str]:
    """The folder of a job's bundle, and its digest."""
    assert condition(status, "Complete")["status"] == "True", desk.tell()
    (uri,) = (a["uri"] for a in status["artifacts"] if a["name"].endswith("bundle.json"))
    digest: str = json.loads(desk.fetch(uri))["digest"]
    return uri.removesuffix("/bundle.json"), digest


def manifests(root: Path, desk: Desk, address: str) -> list[JSON]:
    """The example's Deployment and Service, for this store and this small node."""
    found: list[JSON] = list(
        yaml.safe_load_all((root / "examples/serving/deployment.yaml").read_text())
    )
    deployment, service = (
        next(each for each in found if each["kind"] == kind) for kind in ("Deployment", "Service")
    )
    deployment["spec"]["replicas"] = 2
    (server,) = deployment["spec"]["template"]["spec"]["containers"]
    server["args"] = [address, *server["args"][1:], f"--endpoint={desk.bed.store.endpoint}"]
    server["envFrom"] = [{"secretRef": {"name": "s3"}}]
    server["resources"] = {"requests": {"cpu": "100m"}, "limits": {"memory": "256Mi"}}
    server["imagePullPolicy"] = "Never"
    return [deployment, service]


def client(namespace: str, seconds: int) -> JSON:
    """A pod that asks until it is told to end, and prints what it saw."""
    container: dict[str, Any] = {
        "name": "client",
        "image": SERVER.tag,
        "imagePullPolicy": "Never",
        "command": ["python", "-c", CLIENT, f"{NAME}.{namespace}.svc", str(seconds)],
    }
    spec = {"restartPolicy": "Never", "containers": [container]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "client"}, "spec": spec}


@pytest.fixture(scope="module")
def desk(desks: Callable[[str], Desk]) -> Desk:
    return desks("serving")


def rolled(desk: Desk) -> None:
    """Wait until all pods are those of the latest bundle."""
    desk.until(
        "rollout",
        lambda: "successfully" in desk.kubectl("rollout", "status", f"deploy/{NAME}", check=False),
    )


def test_a_jobs_bundle_answers_and_is_rolled_to_the_next_without_a_failed_request(
    desk: Desk, root: Path
) -> None:
    for name, rows in (("one", 3000), ("two", 4000)):
        desk.apply(name, job(desk, rows))
    first, second = (bundle(desk, desk.ended(name)) for name in ("one", "two"))
    assert first[1] != second[1]
    for each in manifests(root, desk, first[0]):
        desk.kubectl("apply", "-f", "-", stdin=json.dumps(each))
    rolled(desk)
    desk.kubectl("apply", "-f", "-", stdin=json.dumps(client(desk.namespace, 60)))
    desk.until("client", lambda: desk.kubectl("get", "pod/client", "-o", "name", check=False))
    desk.until("first answers", lambda: "Running" in desk.kubectl("get", "pod/client"))
    for each in manifests(root, desk, second[0])[:1]:
        desk.kubectl("apply", "-f", "-", stdin=json.dumps(each))
    rolled(desk)
    desk.until("end", lambda: "Completed" in desk.kubectl("get", "pod/client"))
    told = json.loads(desk.kubectl("logs", "client").splitlines()[-1])
    assert told["failed"] == []
    assert told["wrong"] == 0
    assert told["asked"] > 100
    assert set(told["seen"]) == {first[1], second[1]}, "the client met both"
