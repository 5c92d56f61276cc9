"""A storm: random jobs, several operators at once, crashes, conflicts, lost events, virtual time.

Every call to the cluster is a point where another operator may come in between, and where this one
may die before or after its effect. The pods' fates are drawn beforehand, so how each job has to end
is known.
"""

import random
from collections.abc import Awaitable, Callable, Coroutine, Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hone.api.status import JobStatus
from hone.cluster.port import Conflict, Key
from hone.control.reconcile import reconcile
from hone.plan.manifests import Manifest
from hone.plan.names import JOB, Place
from hone_trainer.task import Artifact, Report
from tests.fakes.cluster import FakeCluster
from tests.plan.builders import FUSE, PREPARE, SITE, START, gang_train

CRASH = 0.25
LOST = 0.2
RESYNC = timedelta(minutes=5)
PATIENCE = 4000
"""Turns after which a storm counts as one that never settles."""
FATES = ("ok", "preempted", "crashed", "out of memory", "deleted", "report lost", "fatal")
WEIGHTS = (60, 10, 8, 6, 6, 6, 4)


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
        for name in ("write_status", "create", "delete"):
            setattr(self, name, self._stormy(getattr(self, name)))
        for name in ("observe", "announce"):
            setattr(self, name, self._slow(getattr(self, name)))

    def check_order(self, key: Key, manifest: Manifest) -> None:
        """Record before act, and never two attempts side by side."""
        if manifest["kind"] != "Job" or key not in self.resources:
            return
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
            if call.__name__ == "create":
                self.check_order(key, *args)
            await call(key, *args)
            if not self.calm and self.rng.random() < CRASH / 2:
                raise Crash

        return stormy


@dataclass
class Storm:
    """One run of the loop in bad weather."""

    seed: int
    now: datetime = START
    timers: dict[Key, datetime] = field(default_factory=dict)
    rung: set[Key] = field(default_factory=set)
    running: list[tuple[Key, Coroutine[Any, Any, timedelta | None]]] = field(default_factory=list)
    fates: dict[str, str] = field(default_factory=dict)
    turns: int = 0

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.cluster = Restless(self.rng)
        self.cluster.rang = self._bell
        self.resync = self.now + RESYNC
        for number in range(self.rng.randint(1, 2)):
            self.cluster.apply("shop", f"job{number}", self._spec())

    def _spec(self) -> dict[str, Any]:
        stages = [PREPARE]
        if self.rng.random() < 0.6:
            members, workers = self.rng.randint(1, 3), self.rng.randint(2, 3)
            batch = workers * 8
            stages.append(
                gang_train(
                    members, workers, batchSize=batch, parallelism=self.rng.randint(1, members)
                )
            )
            if self.rng.random() < 0.5:
                stages.append(FUSE)
        return {"stages": [{**stage, "retries": self.rng.randint(0, 2)} for stage in stages]}

    def _bell(self, key: Key) -> None:
        if self.rng.random() >= LOST:
            self.rung.add(key)

    def run(self) -> None:
        """Go on until nothing is left to do."""
        while self.turns < PATIENCE:
            self.turns += 1
            if self.rng.random() < 0.4:
                self._play()
            self._wake()
            if self.running:
                self._turn()
            elif not self.rung and not self._pass_time():
                return
        raise AssertionError(f"seed {self.seed}: never settles")

    def _wake(self) -> None:
        for key in [k for k, at in self.timers.items() if at <= self.now]:
            del self.timers[key]
            self.rung.add(key)
        if self.now >= self.resync:
            self.resync = self.now + RESYNC
            self.rung.update(self.cluster.resources)
        # Three operators, each of which believes that it is alone.
        while self.rung and len(self.running) < 3:
            key = self.rung.pop()
            clock = Moment(self)
            self.running.append((key, reconcile(self.cluster, key, clock, SITE)))

    def _turn(self) -> None:
        place = self.rng.randrange(len(self.running))
        key, passing = self.running[place]
        try:
            passing.send(None)
            return
        except StopIteration as end:
            if end.value is not None:
                due = self.now + end.value
                self.timers[key] = min(due, self.timers.get(key, due))
        except Crash:
            pass
        self.running.pop(place)

    def _pass_time(self) -> bool:
        """Nobody has anything to do: go to the next moment at which somebody has."""
        if all(self._ended(key) for key in self.cluster.resources) and not self.timers:
            return False
        self.now = min([self.resync, *self.timers.values()])
        while self._play():
            pass
        return True

    def _ended(self, key: Key) -> bool:
        return bool(self.cluster.resources[key]["status"].get("finishedAt"))

    def _play(self) -> bool:
        """Let one thing happen in the cluster; False where nothing can."""
        self.now += timedelta(seconds=self.rng.random())
        if self.rng.random() < 0.3:
            self.cluster.reap()
        idle = [n for n, j in self.cluster.jobs.items() if not j["status"].get("conditions")]
        if not idle:
            self.cluster.reap()
            return False
        name = self.rng.choice(sorted(idle))
        if not self.cluster.pods_of(name):
            self.cluster.start(name)
        else:
            self._meet_fate(name)
        return True

    def _meet_fate(self, name: tuple[str, str]) -> None:
        fate = self.fates.setdefault(name[1], self.rng.choices(FATES, WEIGHTS)[0])
        size = self.cluster.jobs[name]["spec"]["completions"]
        victim = self.rng.randrange(size)
        match fate:
            case "ok" | "report lost":
                for index in range(size):
                    self.cluster.end(name, index, 0, REPORT if fate == "ok" else "")
            case "preempted":
                told = [{"type": "DisruptionTarget", "status": "True"}]
                self.cluster.end(name, victim, 143, "", conditions=told)
            case "crashed":
                self.cluster.end(name, victim, 1, "")
            case "out of memory":
                self.cluster.end(name, victim, 137, "", reason="OOMKilled")
            case "deleted":
                self.cluster.lose(name)
            case "fatal":
                said = Report(reason="BadLabel", message="mend it").encode()
                self.cluster.end(name, victim, 64, said)


@dataclass(frozen=True)
class Moment:
    """The clock of an operator in the storm."""

    storm: Storm

    def now(self) -> datetime:
        """The present moment of the storm."""
        return self.storm.now


REPORT = Report(
    message="done", manifest=Artifact(name="m", uri="s3://b/m", sha256="0" * 64, size_bytes=1)
).encode()
