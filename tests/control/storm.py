"""A storm: random jobs, several operators at once, crashes, conflicts, lost events, virtual time.

The fate of each attempt of a gang is drawn beforehand, and which of its roles it meets, so how each
job has to end is known. In every other storm people meddle too: they suspend jobs at any moment, a
pod's end included, resume them, and empty the record.
"""

import random
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hone.cluster.port import Key
from hone.control.reconcile import reconcile
from hone.control.rounds import Rounds
from hone.plan.names import JOB, Place
from tests.control.fates import FATES, WEIGHTS, WELL, meet
from tests.control.outlook import dead_end
from tests.control.weather import Crash, Restless
from tests.plan.builders import FUSE, PREPARE, SITE, START, gang_train

LOST = 0.2
RESYNC = timedelta(minutes=1)
MEDDLING = 0.06
"""How often somebody meddles where something might happen."""
LOOKED = 0.01
"""How often it is asked whether the world has a way out."""
PATIENCE = 4000
"""Turns after which a storm counts as one that never settles."""
ROLES = ("chief", "worker", "ps")

Attempt = tuple[str, str, int, int]
"""Job, stage, member, number."""


@dataclass
class Storm:
    """One run of the loop in bad weather."""

    seed: int
    now: datetime = START
    timers: dict[Key, datetime] = field(default_factory=dict)
    rung: set[Key] = field(default_factory=set)
    running: list[tuple[Key, Coroutine[Any, Any, timedelta | None]]] = field(default_factory=list)
    fates: dict[Attempt, tuple[str, str]] = field(default_factory=dict)
    """What an attempt meets, and in which role."""
    replaced: Counter[Attempt] = field(default_factory=Counter)
    """Pods that were lost and replaced: the fate was met, and the attempt went on."""
    led: set[Attempt] = field(default_factory=set)
    """Attempts whose chief has ended well."""
    turns: int = 0

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.cluster = Restless(self.rng)
        self.cluster.rang = self._bell
        self.resync = self.now + RESYNC
        self.rounds = Rounds(self.rung.add)
        self.cluster.noticed = lambda key, seen: self.rounds.noticed(key, seen)
        self.meddled = self.seed % 2 == 1
        for number in range(self.rng.randint(1, 2)):
            self.cluster.apply("shop", f"job{number}", self._spec())

    def _spec(self) -> dict[str, Any]:
        if self.rng.random() < 0.25:
            return {"stages": [{**self._own(), "retries": self.rng.randint(0, 2)}]}
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
        if self.rng.random() < 0.2:
            stages.append(self._own())
        return {"stages": [{**stage, "retries": self.rng.randint(0, 2)} for stage in stages]}

    def _own(self) -> dict[str, Any]:
        """A chief, workers that can be replaced, and servers that never end by themselves."""
        roles = [
            {"name": "ps", "replicas": self.rng.randint(1, 2)},
            {"name": "worker", "replicas": self.rng.randint(1, 3)},
            {"name": "chief"},
        ]
        restart = self.rng.choice(("onFailure", "exitCode"))
        custom = {"command": ["train"], "roles": roles, "restart": restart}
        return {"name": "own", "image": "shop:1", "custom": custom}

    def _bell(self, key: Key) -> None:
        if self.rng.random() >= LOST:
            self.rung.add(key)

    def run(self, turns: int = PATIENCE) -> None:
        """Go on until nothing is left to do, or for so many turns."""
        while self.turns < turns:
            self.turns += 1
            if self.rng.random() < 0.4:
                self._play()
            self._wake()
            if self.rng.random() < LOOKED:
                self._foresee()
            if self.running:
                self._turn()
            elif not self.rung and not self._pass_time():
                return
        if turns == PATIENCE:
            raise AssertionError(f"seed {self.seed}: never settles")
        for _, passing in self.running:
            passing.close()

    def _wake(self) -> None:
        for key in [k for k, at in self.timers.items() if at <= self.now]:
            del self.timers[key]
            self.rung.add(key)
        if self.now >= self.resync:
            self.resync = self.now + RESYNC
            self.rounds.compare({key: self.cluster.mark(key) for key in self.cluster.resources})
        # Three operators, each of which believes that it is alone.
        while self.rung and len(self.running) < 3:
            key = self.rng.choice(sorted(self.rung))
            self.rung.remove(key)
            self.timers.pop(key, None)  # every pass says anew when to look again
            clock = Moment(self)
            self.running.append((key, reconcile(self.cluster, key, clock, SITE)))

    def _turn(self) -> None:
        place = self.rng.randrange(len(self.running))
        key, passing = self.running[place]
        self.cluster.actor = passing
        try:
            passing.send(None)
            return
        except StopIteration as end:
            if end.value is not None:
                due = self.now + end.value
                self.timers[key] = min(due, self.timers.get(key, due))
        except Crash:
            self.rounds = Rounds(self.rung.add)  # whoever starts anew remembers nothing
        self.running.pop(place)

    def _pass_time(self) -> bool:
        """Nobody has anything to do: go to the next moment at which somebody has."""
        done = all(self._ended(key) for key in self.cluster.resources)
        if done and not self.timers and not self._unended():
            return False
        for key, raw in self.cluster.resources.items():
            if raw["spec"].get("suspend"):
                self.cluster.suspend(key, False)
        self.now = min([self.resync, *self.timers.values()])
        while self._play():
            pass
        return True

    def _ended(self, key: Key) -> bool:
        return bool(self.cluster.resources[key]["status"].get("finishedAt"))

    def _foresee(self) -> None:
        """Ask of the world as it is whether every job in it has a way out."""
        for key in self.cluster.resources:
            if stuck := dead_end(self.cluster, key, self.now):
                raise AssertionError(f"seed {self.seed}, {key}: a dead end: {stuck}")

    def _meddle(self) -> None:
        """Suspend or resume a job, or empty its record, as people do."""
        key = self.rng.choice(sorted(self.cluster.resources))
        if self.rng.random() < 0.2:
            self.cluster.forget(key)
        else:
            self.cluster.suspend(key, not self.cluster.resources[key]["spec"].get("suspend"))

    def _play(self) -> bool:
        """Let one thing happen in the cluster; False where nothing can."""
        self.now += timedelta(seconds=self.rng.random())
        if self.meddled and self.rng.random() < MEDDLING:
            self._meddle()
        if self.rng.random() < 0.3:
            self.cluster.reap()
        idle = [name for name in self._unended() if not self._serves(name)]
        if not idle:
            self.cluster.reap()
            return False
        name = self.rng.choice(sorted(idle))
        if not self.cluster.pods_of(name):
            self.cluster.start(name)
        else:
            self._meet_fate(name)
        return True

    def _unended(self) -> list[tuple[str, str]]:
        jobs = self.cluster.jobs.items()
        return [name for name, job in jobs if not job["status"].get("conditions")]

    def _serves(self, name: tuple[str, str]) -> bool:
        """Parameter servers run on for ever, once they run."""
        place, attempt = self._place(name)
        started = bool(self.cluster.pods_of(name))
        return place.role == "ps" and started and self._fate(place, attempt) in WELL

    def _place(self, name: tuple[str, str]) -> tuple[Place, Attempt]:
        labels = self.cluster.jobs[name]["metadata"]["labels"]
        place = Place.of(labels)
        return place, (labels[JOB], place.stage, place.member, place.attempt)

    def _fate(self, place: Place, attempt: Attempt) -> str:
        """What is to happen to a role: what was drawn for the attempt, once and to one of them."""
        if attempt not in self.fates:
            role = self.rng.choice(ROLES) if place.stage == "own" else place.role
            self.fates[attempt] = (self.rng.choices(FATES, WEIGHTS)[0], role)
        fate, role = self.fates[attempt]
        return "ok" if place.role != role or self.replaced[attempt] else fate

    def _meet_fate(self, name: tuple[str, str]) -> None:
        place, attempt = self._place(name)
        fate = self._fate(place, attempt)
        meet(self.cluster, name, fate, self.rng)
        if fate in WELL:
            if place.role == "chief":
                self.led.add(attempt)
        elif not self.cluster.jobs[name]["status"].get("conditions"):
            self.replaced[attempt] += 1


@dataclass(frozen=True)
class Moment:
    """The clock of an operator in the storm."""

    storm: Storm

    def now(self) -> datetime:
        """The present moment of the storm."""
        return self.storm.now
