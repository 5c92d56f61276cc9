"""What every cluster keeps to, whichever it is: one set of tests, run against each of them.

A cluster joins by a ``Ground`` of its own and a class that inherits ``Contract`` and has a fixture
``ground``; one that may refuse objects, by a ``Refuser`` and ``Refusals`` besides.
"""

from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from hone.api.job import OptimizationJob
from hone.api.status import GangStatus, JobStatus, StageStatus
from hone.cluster.port import Caller, Cluster, Conflict, Gone, Key, Refused, Taken
from hone.plan import names
from hone.plan.events import Announcement
from hone.plan.manifests import Manifest, Ref
from hone.plan.names import Place
from hone_trainer.contract.assignment import Progress
from tests.cluster.hands import all_of, child_of, look, service_of, write
from tests.plan.builders import PREPARE, gang_train

SPEC: dict[str, Any] = {"stages": [PREPARE, gang_train()]}
DATA = Place("data", 0, "worker", 0)


class Ground(ABC):
    """A cluster to test on, and the hands of all the others who act in it."""

    cluster: Cluster

    @abstractmethod
    async def apply(self, name: str) -> Key:
        """Store a job with ``SPEC``."""

    @abstractmethod
    async def remove(self, key: Key) -> None:
        """Delete a job."""

    @abstractmethod
    async def touch(self, key: Key) -> None:
        """Change a job without a meaning."""

    @abstractmethod
    async def squat(self, key: Key, manifest: Manifest) -> None:
        """Put somebody else's object where this one would go."""

    @abstractmethod
    async def linger(self, key: Key, ref: Ref) -> None:
        """Let a child be on its way out, and not go yet."""

    @abstractmethod
    async def token(self, key: Key, place: Place) -> str:
        """Let a child's first pod exist, and give its token."""

    @abstractmethod
    def post(self, key: Key, place: Place, progress: Progress) -> None:
        """Let a pod have posted its progress."""


class Refuser(Ground):
    """A cluster that may refuse an object: by its schema, by a quota, by a policy."""

    @abstractmethod
    async def refusable(self, manifest: Manifest) -> Manifest:
        """Return a manifest that the cluster refuses."""


class Contract:
    """The tests."""

    async def test_a_job_that_is_not_there_is_seen_as_none(self, ground: Ground) -> None:
        assert await ground.cluster.observe(Key("default", "nobody")) is None

    async def test_a_new_job_has_a_spec_and_nothing_around_it(self, ground: Ground) -> None:
        key = await ground.apply("demo")
        seen = await look(ground, key)
        job = OptimizationJob.read(dict(seen.raw))
        assert (job.namespace, job.name, job.generation) == (key.namespace, key.name, 1)
        assert job.uid
        assert [stage.name for stage in job.spec.stages] == ["data", "train"]
        assert seen.world == replace(seen.world, jobs=(), pods=(), services=frozenset())
        assert seen.world.status.observed_generation == -1

    async def test_a_status_is_read_back_as_it_was_written(self, ground: Ground) -> None:
        key = await ground.apply("demo")
        await write(ground, key, stage="data", metric="loss=1", restarts=3)
        status = (await look(ground, key)).world.status
        assert (status.stage, status.metric, status.restarts) == ("data", "loss=1", 3)

    async def test_what_a_new_status_leaves_out_is_gone(self, ground: Ground) -> None:
        key = await ground.apply("demo")
        await write(ground, key, stage="data", started_at="2030-01-01T00:00:00Z")
        await write(ground, key, stage="train")
        seen = await look(ground, key)
        assert seen.world.status == JobStatus(observed_generation=1, stage="train")
        assert "startedAt" not in seen.raw["status"]

    async def test_a_status_for_a_world_that_moved_on_is_a_conflict(self, ground: Ground) -> None:
        key = await ground.apply("demo")
        seen = await look(ground, key)
        await ground.touch(key)
        with pytest.raises(Conflict):
            await ground.cluster.write_status(key, seen, JobStatus(stage="late").dump())
        assert (await look(ground, key)).world.status.stage == ""

    async def test_a_status_is_written_by_one_of_two(self, ground: Ground) -> None:
        key = await ground.apply("demo")
        seen = await look(ground, key)
        await ground.cluster.write_status(key, seen, JobStatus(stage="first").dump())
        with pytest.raises(Conflict):
            await ground.cluster.write_status(key, seen, JobStatus(stage="second").dump())

    async def test_a_status_of_a_deleted_job_is_gone(self, ground: Ground) -> None:
        key = await ground.apply("demo")
        seen = await look(ground, key)
        await ground.remove(key)
        assert await ground.cluster.observe(key) is None
        with pytest.raises(Gone):
            await ground.cluster.write_status(key, seen, JobStatus(stage="late").dump())

    async def test_children_are_seen_with_their_place(self, ground: Ground) -> None:
        key = await ground.apply("demo")
        await ground.cluster.create(key, await service_of(ground, key))
        await ground.cluster.create(key, await child_of(ground, key))
        world = (await look(ground, key)).world
        assert world.services == {names.service("demo")}
        [view] = world.jobs
        assert (view.name, view.place) == (names.child("demo", DATA), DATA)
        assert not view.complete
        assert view.failed is None

    async def test_a_child_is_seen_once_whatever_uid_its_record_has(self, ground: Ground) -> None:
        key = await ground.apply("demo")
        await ground.cluster.create(key, await child_of(ground, key))
        name = names.child("demo", DATA)
        gang = GangStatus(state="Running", jobs={name: "1" * 36})
        await write(ground, key, stages=(StageStatus(name="data", kind="prepare", gangs=(gang,)),))
        assert [view.name for view in (await look(ground, key)).world.jobs] == [name]

    async def test_creating_twice_creates_once(self, ground: Ground) -> None:
        key = await ground.apply("demo")
        for _ in range(2):
            for manifest in await all_of(ground, key):
                await ground.cluster.create(key, manifest)
        world = (await look(ground, key)).world
        assert (len(world.jobs), len(world.services)) == (1, 1)

    async def test_a_name_taken_by_somebody_else_is_told(self, ground: Ground) -> None:
        key = await ground.apply("demo")
        for manifest in await all_of(ground, key):
            await ground.squat(key, manifest)
            name = f"{manifest['kind']} {manifest['metadata']['name']}"
            with pytest.raises(Taken, match=f"^{name} is there already, made by somebody else"):
                await ground.cluster.create(key, manifest)
        assert (await look(ground, key)).world.jobs == ()

    async def test_a_name_on_its_way_out_is_told(self, ground: Ground) -> None:
        key = await ground.apply("demo")
        manifest = await child_of(ground, key)
        await ground.cluster.create(key, manifest)
        await ground.linger(key, Ref("Job", manifest["metadata"]["name"]))
        with pytest.raises(Taken, match="on its way out"):
            await ground.cluster.create(key, manifest)

    async def test_only_the_object_that_is_meant_is_deleted(self, ground: Ground) -> None:
        key = await ground.apply("demo")
        manifest = await child_of(ground, key)
        await ground.cluster.create(key, manifest)
        [view] = (await look(ground, key)).world.jobs
        assert view.uid
        for uid, there in (("of-another", True), (view.uid, False)):
            with suppress(Conflict):
                await ground.cluster.delete(key, Ref("Job", view.name, uid))
            left = (await look(ground, key)).world.jobs
            assert any(not each.terminating for each in left) == there

    async def test_deleting_twice_is_fine(self, ground: Ground) -> None:
        key = await ground.apply("demo")
        children = [await service_of(ground, key), await child_of(ground, key)]
        for manifest in children:
            await ground.cluster.create(key, manifest)
        for _ in range(2):
            for manifest in children:
                ref = Ref(manifest["kind"], manifest["metadata"]["name"])
                await ground.cluster.delete(key, ref)
        world = (await look(ground, key)).world
        assert all(view.terminating for view in world.jobs)
        assert not world.services

    async def test_telling_never_fails(self, ground: Ground) -> None:
        key = await ground.apply("demo")
        seen = await look(ground, key)
        for note in ("started", "started", "x" * 5000):
            await ground.cluster.announce(key, seen, Announcement("Normal", "Told", note))
        await ground.remove(key)
        await ground.cluster.announce(key, seen, Announcement("Warning", "Told", "too late"))

    async def test_progress_is_part_of_the_world(self, ground: Ground) -> None:
        key = await ground.apply("demo")
        ground.post(key, DATA, Progress(fraction=0.5, message="half"))
        assert (await look(ground, key)).world.progress == {
            DATA: Progress(fraction=0.5, message="half")
        }

    async def test_a_pods_token_names_its_place(self, ground: Ground) -> None:
        key = await ground.apply("demo")
        await ground.cluster.create(key, await child_of(ground, key))
        token = await ground.token(key, DATA)
        [made] = (await look(ground, key)).world.jobs
        gang = GangStatus(state="Running", jobs={made.name: made.uid})
        stage = StageStatus(name=DATA.stage, kind="prepare", gangs=(gang,))
        await write(ground, key, stages=(stage,))
        for _ in range(2):
            assert await ground.cluster.identify(token) == Caller(key, DATA)

    async def test_a_made_up_token_is_nobodys(self, ground: Ground) -> None:
        for token in ("", "made-up", "a.b.c"):
            assert await ground.cluster.identify(token) is None


class Refusals:
    """The tests of those that may refuse."""

    async def test_what_is_refused_says_why(self, ground: Refuser) -> None:
        key = await ground.apply("demo")
        manifest = await ground.refusable(await child_of(ground, key))
        with pytest.raises(Refused, match=r"\w"):
            await ground.cluster.create(key, manifest)
        assert (await look(ground, key)).world.jobs == ()
