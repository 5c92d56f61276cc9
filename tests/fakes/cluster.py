"""A cluster in memory: plain Kubernetes objects, optimistic locking, a Job controller, garbage
collection. It keeps the contract that the real ones keep (tests/cluster/contract.py) and never
waits: time passes when a test says so.
"""

import itertools
import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from hone.cluster.port import Caller, Conflict, Gone, Key, Mark, Refused, Seen, Taken
from hone.plan.belief import made_of, taken
from hone.plan.events import Announcement
from hone.plan.manifests import Manifest, Ref
from hone.plan.names import INDEX, JOB, UID, Place
from hone.plan.world import World
from hone_trainer.contract.assignment import Progress
from tests.fakes.controller import Object, condition, policy

LEFT = "2030-01-01T00:00:00Z"
UIDS = itertools.count(1)
"""No object has the uid of another, in whichever cluster."""


class FakeCluster:
    """Jobs, their children, and who was told what."""

    def __init__(self) -> None:
        self.resources: dict[Key, Object] = {}
        self.jobs: dict[tuple[str, str], Object] = {}
        self.pods: dict[tuple[str, str], Object] = {}
        self.services: dict[tuple[str, str], Object] = {}
        self.configs: dict[tuple[str, str], Object] = {}
        self.announced: list[tuple[Key, Announcement]] = []
        self.created: Counter[str] = Counter()
        self.writes = 0
        self.progress: dict[Key, dict[Place, Progress]] = {}
        self.tokens: dict[str, Caller] = {}
        self.refuse: Callable[[Manifest], Exception | str | None] = lambda _: None
        self.held: dict[tuple[str, str], str] = {}
        """Jobs whose pods are refused, and why."""
        self.rang: Callable[[Key], None] = lambda _: None
        self.noticed: Callable[[Key, Seen | None], None] = lambda _key, _seen: None
        self._versions = itertools.count(1)

    def apply(self, namespace: str, name: str, spec: Object, **metadata: Any) -> Key:
        """Store a job as kubectl apply does; a changed spec is a new generation."""
        key = Key(namespace, name)
        stored = self.resources.get(key)
        if stored is None:
            number = next(self._versions)
            meta = {"namespace": namespace, "name": name, "uid": f"uid-{number}", "generation": 1}
            stored = {"metadata": {**meta, **metadata}, "spec": spec, "status": {}}
            self.resources[key] = stored
        elif stored["spec"] != spec:
            stored["spec"] = spec
            stored["metadata"]["generation"] += 1
        self.touch(key)
        return key

    def touch(self, key: Key) -> None:
        """Change the job without a meaning, as a label or another controller would."""
        self.resources[key]["metadata"]["resourceVersion"] = str(next(self._versions))
        self.rang(key)

    def remove(self, key: Key) -> None:
        """Delete the job; its children follow, as by garbage collection."""
        uid = self.resources.pop(key)["metadata"]["uid"]
        for kind in (self.jobs, self.pods, self.services, self.configs):
            for name in [n for n, o in kind.items() if o["metadata"]["labels"].get(UID) == uid]:
                del kind[name]
        self.rang(key)

    async def observe(self, key: Key) -> Seen | None:
        """Look at the job and its children now."""
        raw = self.resources.get(key)
        if raw is None or "deletionTimestamp" in raw["metadata"]:
            self.noticed(key, None)
            return None
        held = {self.jobs[n]["metadata"]["uid"]: said for n, said in self.held.items()}
        jobs, pods, services = self._family(raw)
        world = World.read(raw, jobs, pods, services, self.progress.get(key), held)
        seen = Seen({**raw, "metadata": dict(raw["metadata"])}, world, self.mark(key))
        self.noticed(key, seen)
        return seen

    def mark(self, key: Key) -> Mark:
        """Stand for all that is there of a job, in place of everybody's versions."""
        raw = self.resources[key]
        return hash(json.dumps([raw, *self._family(raw)], sort_keys=True))

    def _family(self, raw: Object) -> list[list[Object]]:
        """Return its Jobs, pods and Services."""
        uid, shelves = raw["metadata"]["uid"], (self.jobs, self.pods, self.services)
        return [
            [each for each in shelf.values() if each["metadata"]["labels"].get(UID) == uid]
            for shelf in shelves
        ]

    async def write_status(self, key: Key, seen: Seen, status: Mapping[str, Any]) -> None:
        """Record the status, if the job is still the one that was seen."""
        stored = self.resources.get(key)
        if stored is None or stored["metadata"]["uid"] != seen.raw["metadata"]["uid"]:
            raise Gone(str(key))
        if stored["metadata"]["resourceVersion"] != seen.version:
            raise Conflict(str(key))
        stored["status"] = on_the_wire(status)
        self.writes += 1
        self.touch(key)

    async def create(self, key: Key, manifest: Manifest) -> None:
        """Create a child."""
        refusal = self.refuse(manifest)
        if refusal is not None:
            raise Refused(refusal) if isinstance(refusal, str) else refusal
        kind = {"Job": self.jobs, "Service": self.services}.get(manifest["kind"], self.configs)
        name = (key.namespace, manifest["metadata"]["name"])
        there = kind.get(name)
        if there is not None:
            if made_of(there["metadata"], manifest):
                return
            raise Taken(taken(there["metadata"], manifest))
        self.created[name[1]] += 1
        stored = {**on_the_wire(manifest), "status": {}}
        stored["metadata"]["uid"] = f"uid-of-child-{next(UIDS)}"
        kind[name] = stored
        self.rang(key)

    async def delete(self, key: Key, ref: Ref) -> None:
        """Delete a child; its pods are on their way out and leave when ``reap`` says so."""
        name = (key.namespace, ref.name)
        if ref.kind == "Service":
            self.services.pop(name, None)
            return
        there = self.jobs.get(name)
        if there is not None and ref.uid in ("", there["metadata"].get("uid")):
            if there["metadata"].get("finalizers"):
                there["metadata"]["deletionTimestamp"] = LEFT
            else:
                del self.jobs[name]
            for pod in self.pods_of(name):
                pod["metadata"]["deletionTimestamp"] = LEFT
            self.rang(key)

    async def announce(self, key: Key, seen: Seen, announcement: Announcement) -> None:
        """Tell people."""
        self.announced.append((key, announcement))

    async def identify(self, token: str) -> Caller | None:
        """Find out whose token this is."""
        return self.tokens.get(token)

    # What kubelet, Job controller and garbage collector do, when a test says so.

    def pods_of(self, job: tuple[str, str]) -> list[Object]:
        """Return the pods of a Job, those on their way out included."""
        return [p for p in self.pods.values() if p["job"] == job]

    def hold_pods(self, job: tuple[str, str], why: str) -> None:
        """Let the cluster refuse the pods of a Job."""
        self.held[job] = why
        self._ring_owner(job)

    def start(self, job: tuple[str, str]) -> None:
        """Let the Job controller create the pods, and let them become ready."""
        self.held.pop(job, None)
        stored = self.jobs[job]
        template = stored["spec"]["template"]
        for index in range(stored["spec"]["completions"]):
            name = f"{job[1]}-{index}"
            labels = {**template["metadata"]["labels"], INDEX: str(index)}
            owner = {"kind": "Job", "name": job[1], "uid": stored["metadata"]["uid"]}
            owners = [{**owner, "controller": True}]
            self.pods[(job[0], name)] = {
                "metadata": {"name": name, "labels": labels, "ownerReferences": owners},
                "job": job,
                "status": {"phase": "Running"},
            }
        stored["status"] = {"ready": stored["spec"]["completions"]}
        self._ring_owner(job)

    def end(self, job: tuple[str, str], index: int, code: int, message: str, **more: Any) -> None:
        """Let a pod end; the Job controller draws its conclusion."""
        stored = self.jobs[job]
        pod = self.pods[(job[0], f"{job[1]}-{index}")]
        ended = {"exitCode": code, "message": message, "reason": more.get("reason", "")}
        pod["status"] = {
            "phase": "Failed" if code else "Succeeded",
            "containerStatuses": [{"state": {"terminated": ended}}],
            "conditions": more.get("conditions", []),
        }
        if code:
            self._answer(job, index, pod)
        else:
            done = sum(p["status"]["phase"] == "Succeeded" for p in self.pods_of(job))
            stored["status"]["succeeded"] = done
            stored["status"]["ready"] = stored["spec"]["completions"] - done
            if done == stored["spec"]["completions"]:
                stored["status"]["conditions"] = [condition("Complete", "")]
        self._ring_owner(job)

    def _answer(self, job: tuple[str, str], index: int, pod: Object) -> None:
        """Fail the Job, or put another pod in the place of the one that failed."""
        stored = self.jobs[job]
        status = stored["status"]
        action = policy(stored["spec"], pod["status"])
        status["failed"] = status.get("failed", 0) + (action != "Ignore")
        if action == "FailJob" or status["failed"] > stored["spec"]["backoffLimit"]:
            status["conditions"] = [condition("Failed", "BackoffLimitExceeded")]
            return
        name = (job[0], f"{job[1]}-{index}")
        lost = {**pod, "metadata": {**pod["metadata"], "name": f"{name[1]}-{next(self._versions)}"}}
        self.pods[(job[0], lost["metadata"]["name"])] = lost
        self.pods[name] = {**pod, "status": {"phase": "Running"}}

    def lose(self, job: tuple[str, str]) -> None:
        """Delete a pod behind everybody's back, as ``kubectl delete pod`` does."""
        self.clear(job)
        self.jobs[job]["status"] = {"conditions": [condition("Failed", "BackoffLimitExceeded")]}
        self._ring_owner(job)

    def clear(self, job: tuple[str, str]) -> None:
        """Let the pods of a Job be gone, as the collector of ended pods does."""
        for name in [n for n, p in self.pods.items() if p["job"] == job]:
            del self.pods[name]

    def reap(self) -> None:
        """Let what is on its way out be gone."""
        leaving = [n for n, p in self.pods.items() if "deletionTimestamp" in p["metadata"]]
        for name in leaving:
            self.rang(Key(name[0], self.pods.pop(name)["metadata"]["labels"][JOB]))

    def _ring_owner(self, job: tuple[str, str]) -> None:
        for owner in self.jobs[job]["metadata"]["ownerReferences"]:
            self.rang(Key(job[0], owner["name"]))


def on_the_wire(content: Mapping[str, Any]) -> Object:
    """Return what the other side gets: a copy, and nothing but what JSON can say."""
    received: Object = json.loads(json.dumps(content))
    return received
