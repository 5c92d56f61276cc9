"""Objects with all the signs of ours, made by another hand: they change nothing."""

from pathlib import Path
from typing import Any

import pytest

from hone.cluster.kube_connection import MERGE
from hone.plan import names
from hone_trainer.contract.assignment import Artifact, Report
from tests.cluster.contract import DATA
from tests.cluster.kubelet import kubelet
from tests.cluster.process import leader
from tests.cluster.real import RealGround, until
from tests.cluster.views import complete, only, status
from tests.plan.builders import PREPARE

pytestmark = pytest.mark.api

CHILD = names.child("demo", DATA)
SPEC = {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]}
FORGED = Report(artifacts=(Artifact(name="m", uri="s3://b/x", sha256="0" * 64, size_bytes=1),))


async def test_forged_children_change_nothing(ground: RealGround, config: Path, log: Path) -> None:
    ends = False

    def fate(pod: dict[str, Any]) -> int | None:
        return 0 if ends and not pod["metadata"]["name"].startswith("forged") else None

    async with leader(config, log, **only(ground)), kubelet(ground, fate):
        key = await ground.apply("demo", {"stages": [PREPARE]})
        await until(lambda: ground.pod(key, DATA))
        real = await ground.get("apis/batch/v1", "jobs", CHILD)
        assert real
        for attempt in ("0", "77"):
            await pod(ground, real, attempt)
        name = await job(ground, real, "77")

        async def gone() -> bool:
            return await ground.get("apis/batch/v1", "jobs", name) is None

        await until(gone)
        found = await status(ground, key)
        assert (found.restarts, found.stages[0].state, found.artifacts) == (0, "Running", ())
        assert found.stages[0].gangs[0].jobs == {CHILD: real["metadata"]["uid"]}
        ends = True
        done = await complete(ground, key)
    assert [each.uri for each in done.artifacts] == []
    assert done.metric == "accuracy=0.9"


async def pod(ground: RealGround, real: dict[str, Any], attempt: str) -> None:
    """Make a bare pod that says that it ended well."""
    name = f"forged-{attempt}"
    labels = {**real["metadata"]["labels"], names.ATTEMPT: attempt, names.INDEX: "0"}
    body = {"metadata": {"name": name, "labels": labels}, "spec": SPEC}
    await ground.api.call("POST", ground.path("api/v1", "pods"), body=body)
    ended = {"terminated": {"exitCode": 0, "message": FORGED.encode()}}
    told = {"name": "c", "image": "i", "imageID": "i", "ready": False, "restartCount": 0}
    said = {"phase": "Succeeded", "containerStatuses": [{**told, "state": ended}]}
    path = f"{ground.path('api/v1', 'pods', name)}/status"
    await ground.api.call("PATCH", path, body={"status": said}, content_type=MERGE)


async def job(ground: RealGround, real: dict[str, Any], attempt: str) -> str:
    """Make a Job that names our job for its owner; give its name."""
    name = f"{CHILD.removesuffix('0')}{attempt}"
    meta = {key: real["metadata"][key] for key in ("annotations", "ownerReferences")}
    labels = {**real["metadata"]["labels"], names.ATTEMPT: attempt}
    body = {
        "metadata": {"name": name, "labels": labels, **meta},
        "spec": {"suspend": True, "template": {"spec": SPEC}},
    }
    await ground.api.call("POST", ground.folder("Job"), body=body)
    return name
