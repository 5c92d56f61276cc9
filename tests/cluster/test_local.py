"""The local cluster keeps the contract too; its pods are processes that only wait."""

import copy
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hone.cluster.local import LocalCluster
from hone.cluster.local_files import Children, Folder, submit
from hone.cluster.local_pods import Kubelet
from hone.cluster.port import Key
from hone.plan import names
from hone.plan.manifests import Manifest, Ref
from hone.plan.names import Place
from hone_trainer.contract.assignment import Progress
from tests.cluster.contract import SPEC, Contract, Ground

KEY = Key("default", "demo")


class LocalGround(Ground):
    def __init__(self, path: Path) -> None:
        waiting = path / "python"
        waiting.write_text("#!/bin/sh\nexec sleep 600\n")
        waiting.chmod(0o755)
        self.folder = Folder(path / "state")
        self.posts: dict[Place, Progress] = {}
        self.cluster: LocalCluster = LocalCluster(
            KEY,
            self.folder,
            Kubelet(os.environ, str(waiting), path),
            now=lambda: datetime.now(UTC),
            ring=lambda _: None,
            posts=lambda _: self.posts,
        )

    @property
    def children(self) -> Children:
        return self.cluster._node.children

    async def apply(self, name: str) -> Key:
        assert name == KEY.name
        file = {"metadata": {"name": name}, "spec": SPEC}
        self.folder.write_job(submit(None, file, "2030-01-01T00:00:00Z"))
        return KEY

    async def remove(self, key: Key) -> None:
        (self.folder.path / "job.json").unlink()

    async def touch(self, key: Key) -> None:
        job = self.folder.job()
        assert job is not None
        job["metadata"]["resourceVersion"] = "7"
        self.folder.write_job(job)

    async def squat(self, key: Key, manifest: Manifest) -> None:
        theirs = copy.deepcopy(manifest)
        theirs["metadata"] = {"name": manifest["metadata"]["name"]}
        shelf = self.cluster._shelf(manifest["kind"])
        shelf[theirs["metadata"]["name"]] = theirs

    async def linger(self, key: Key, ref: Ref) -> None:
        await self.cluster.delete(key, ref)

    async def token(self, key: Key, place: Place) -> str:
        return (self.folder.pod(f"{names.child(key.name, place)}-0") / "token").read_text()

    def post(self, key: Key, place: Place, progress: Progress) -> None:
        self.posts[place] = progress


class TestLocal(Contract):
    """This machine refuses nothing: what it lacks, pods wait for."""

    @pytest.fixture
    async def ground(self, tmp_path: Path) -> AsyncIterator[Ground]:
        here = LocalGround(tmp_path)
        yield here
        await here.cluster.close(grace=0.0)
