"""Bad weather: a cluster whose every call may be interrupted, beaten, or its caller killed.

Every call is a point where another operator may come in between, and where this one may die before
or after its effect. What an operator must never do is noticed here, at the moment it does it.
"""

import itertools
import random
from collections.abc import Awaitable, Callable, Generator
from typing import Any

from hone.api.status import JobStatus
from hone.cluster.port import Conflict, Key, Refused
from hone.plan.manifests import Manifest
from hone.plan.names import JOB, Place
from tests.fakes.cluster import FakeCluster

CRASH = 0.25


class Turn:
    """A point where somebody else may come in between."""

    def __await__(self) -> Generator[None, None, None]:
        yield


class Crash(Exception):
    """The operator is gone, in the middle of what it did."""


class Restless(FakeCluster):
    """A fake cluster whose every call may be interrupted, beaten, or its caller killed."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self.rng = rng
        self.calm = False
        self.actor: object = None
        """Whose turn it is."""
        self._looked: dict[object, int] = {}
        self._deleted: dict[str, int] = {}
        self._meddled: dict[Key, int] = {}
        self._moments = itertools.count()
        for name in ("write_status", "create", "delete"):
            setattr(self, name, self._stormy(getattr(self, name)))
        for name in ("observe", "announce"):
            setattr(self, name, self._slow(getattr(self, name)))

    def suspend(self, key: Key, suspended: bool) -> None:
        """Change ``spec.suspend`` as people do."""
        self._meddled[key] = next(self._moments)
        self.apply(key.namespace, key.name, self.resources[key]["spec"] | {"suspend": suspended})

    def forget(self, key: Key) -> None:
        """Empty the record, as ``kubectl patch --subresource=status`` can."""
        self._meddled[key] = next(self._moments)
        self.resources[key]["status"] = {}
        self.touch(key)

    def check_memory(self, key: Key, manifest: Manifest) -> None:
        """Never create again what was there when one looked; who looked before cannot know."""
        if key in self._meddled:
            return  # what people stopped begins again under its name
        name = manifest["metadata"]["name"]
        if self.created[name] and self._looked[self.actor] > self._deleted.get(name, -1):
            there = (manifest["metadata"]["namespace"], name)
            if there not in self.jobs and there not in self.services:
                raise AssertionError(f"{name} created twice")

    def check_order(self, key: Key, manifest: Manifest) -> None:
        """Record before act, and never two attempts side by side."""
        if manifest["kind"] != "Job" or key not in self.resources:
            return
        if self._looked[self.actor] < self._meddled.get(key, -1):
            return  # what was meddled with since, nobody can know
        place = Place.of(manifest["metadata"]["labels"])
        status = JobStatus.model_validate(self.resources[key]["status"])
        gangs = {(s.name, g.member): g for s in status.stages for g in s.gangs}
        gang = gangs.get((place.stage, place.member))
        if gang is None or gang.attempt < place.attempt:
            raise AssertionError(f"{place} created before its attempt was recorded")
        if gang.attempt == place.attempt and gang.state == "Pending":
            raise AssertionError(f"{place} created before it was recorded")
        for pod in self.pods.values():
            other = Place.of(pod["metadata"]["labels"])
            same = (other.stage, other.member) == (place.stage, place.member)
            owner = pod["metadata"]["labels"][JOB]
            if owner == key.name and same and other.attempt < place.attempt:
                raise AssertionError(f"{place} created beside pods of attempt {other.attempt}")

    def _slow(self, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def slow(*args: Any) -> Any:
            await Turn()
            if call.__name__ == "observe":
                self._looked[self.actor] = next(self._moments)
            return await call(*args)

        return slow

    def _stormy(self, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def stormy(key: Key, *args: Any) -> None:
            await Turn()
            if not self.calm:
                if self.rng.random() < CRASH / 2:
                    raise Crash
                if self.rng.random() < 0.05:
                    self.touch(key) if key in self.resources else None
                if self.rng.random() < 0.02:
                    raise Conflict("injected")
                if call.__name__ == "create" and self.rng.random() < 0.05:
                    raise Refused("exceeded quota: for a moment")
            if call.__name__ == "create":
                self.check_order(key, *args)
                self.check_memory(key, *args)
            if call.__name__ == "delete":
                self._deleted[args[0].name] = next(self._moments)
            await call(key, *args)
            if not self.calm and self.rng.random() < CRASH / 2:
                raise Crash

        return stormy
