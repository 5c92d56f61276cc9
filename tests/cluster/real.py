"""A real API server as a ground: whatever the others do is done through the API as well."""

import asyncio
import itertools
import os
from collections.abc import Awaitable, Callable
from copy import deepcopy
from typing import Any, TypeVar

from hone.api import API_VERSION, KIND
from hone.cluster.kube import KubeCluster
from hone.cluster.kube_connection import MERGE, Connection
from hone.cluster.port import Gone, Key
from hone.plan import names
from hone.plan.manifests import Manifest, Ref
from hone.plan.names import Place
from hone_trainer.contract.assignment import Progress
from lab import patience
from tests.cluster.contract import SPEC, Refuser

T = TypeVar("T")
COUNTER = itertools.count(1)
AUDIENCE = "hone.dev/progress"
JOBS = f"apis/{API_VERSION}"
PATIENCE = patience.seconds(60)
"""Far more than anything takes, for machines that others use as well."""
COLLECTED = 120.0
"""The garbage collector looks for kinds every 30 s, and the chart's tests define ours anew."""


class RealGround(Refuser):
    """A namespace of its own in a real cluster."""

    def __init__(self, api: Connection) -> None:
        self.api = api
        self.namespace = f"test-{os.getpid()}-{next(COUNTER)}"
        self.posts: dict[Key, dict[Place, Progress]] = {}
        self.cluster: KubeCluster = KubeCluster(
            api, posts=lambda key: self.posts.get(key, {}), instance="test"
        )

    async def prepare(self) -> None:
        meta = {"name": self.namespace}
        await self.api.call("POST", "/api/v1/namespaces", body={"metadata": meta})

    async def apply(self, name: str, spec: dict[str, Any] = SPEC) -> Key:
        body = {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": name}, "spec": spec}
        await self.api.call("POST", self.path(JOBS, "optimizationjobs"), body=body)
        return Key(self.namespace, name)

    async def remove(self, key: Key) -> None:
        await self.api.call("DELETE", self.path(JOBS, "optimizationjobs", key.name))

    async def touch(self, key: Key) -> None:
        body = {"metadata": {"labels": {"touched": "true"}}}
        path = self.path(JOBS, "optimizationjobs", key.name)
        await self.api.call("PATCH", path, body=body, content_type=MERGE)

    async def squat(self, key: Key, manifest: Manifest) -> None:
        theirs = deepcopy(manifest)
        theirs["metadata"] = {"name": manifest["metadata"]["name"]}
        await self.api.call("POST", self.folder(manifest["kind"]), body=theirs)

    async def linger(self, key: Key, ref: Ref) -> None:
        path = f"{self.folder(ref.kind)}/{ref.name}"
        body = {"metadata": {"finalizers": ["hone.dev/test"]}}
        await self.api.call("PATCH", path, body=body, content_type=MERGE)
        await self.api.call("DELETE", path)

    async def token(self, key: Key, place: Place) -> str:
        pod = await until(lambda: self.pod(key, place))
        body = {
            "spec": {
                "audiences": [AUDIENCE],
                "boundObjectRef": {"apiVersion": "v1", "kind": "Pod", "name": pod},
            }
        }
        path = self.path("api/v1", "serviceaccounts", "default/token")
        token: str = (await self.api.call("POST", path, body=body))["status"]["token"]
        return token

    async def refusable(self, manifest: Manifest) -> Manifest:
        wrong = deepcopy(manifest)
        wrong["spec"]["completions"] = -1
        return wrong

    def post(self, key: Key, place: Place, progress: Progress) -> None:
        self.posts.setdefault(key, {})[place] = progress

    async def pod(self, key: Key, place: Place) -> str | None:
        """Name the first pod of a child, once the Job controller has made it."""
        query = {"labelSelector": f"job-name={names.child(key.name, place)}"}
        found = await self.api.call("GET", self.path("api/v1", "pods"), query=query)
        pods = [item["metadata"]["name"] for item in found["items"]]
        return pods[0] if pods else None

    async def get(self, api: str, plural: str, name: str) -> dict[str, Any] | None:
        """Read an object; None where it is not there."""
        try:
            return await self.api.call("GET", self.path(api, plural, name))
        except Gone:
            return None

    def folder(self, kind: str) -> str:
        return self.path("apis/batch/v1" if kind == "Job" else "api/v1", f"{kind.lower()}s")

    def path(self, api: str, plural: str, name: str = "") -> str:
        return f"/{api}/namespaces/{self.namespace}/{plural}/{name}".rstrip("/")


async def until(
    look: Callable[[], Awaitable[T | None]], seconds: float = PATIENCE, pause: float = 0.05
) -> T:
    """Look again and again until there is something; fail at the deadline."""
    async with asyncio.timeout(seconds):
        while not (found := await look()):
            await asyncio.sleep(pause)
    return found
