"""The fake keeps the contract, so what is proved on it holds elsewhere."""

import pytest

from hone.cluster.port import Caller, Key
from hone.plan import names
from hone.plan.manifests import Manifest, Ref
from hone.plan.names import Place
from hone_trainer.contract.assignment import Progress
from tests.cluster.contract import SPEC, Contract, Refusals, Refuser
from tests.fakes.cluster import FakeCluster


class FakeGround(Refuser):
    def __init__(self) -> None:
        self.cluster: FakeCluster = FakeCluster()

    async def apply(self, name: str) -> Key:
        return self.cluster.apply("default", name, SPEC)

    async def remove(self, key: Key) -> None:
        self.cluster.remove(key)

    async def touch(self, key: Key) -> None:
        self.cluster.touch(key)

    async def squat(self, key: Key, manifest: Manifest) -> None:
        meta = {"name": manifest["metadata"]["name"], "labels": {}}
        shelves = {"Job": self.cluster.jobs, "Service": self.cluster.services}
        kind = shelves.get(manifest["kind"], self.cluster.configs)
        kind[(key.namespace, meta["name"])] = {"metadata": meta, "status": {}}

    async def linger(self, key: Key, ref: Ref) -> None:
        meta = self.cluster.jobs[(key.namespace, ref.name)]["metadata"]
        meta["deletionTimestamp"] = "2030-01-01T00:00:00Z"

    async def token(self, key: Key, place: Place) -> str:
        self.cluster.start((key.namespace, names.child(key.name, place)))
        self.cluster.tokens["good"] = Caller(key, place)
        return "good"

    async def refusable(self, manifest: Manifest) -> Manifest:
        self.cluster.refuse = lambda _: "exceeded quota"
        return manifest

    def post(self, key: Key, place: Place, progress: Progress) -> None:
        self.cluster.progress[key] = {place: progress}


class TestFake(Contract, Refusals):
    @pytest.fixture
    def ground(self) -> Refuser:
        return FakeGround()
