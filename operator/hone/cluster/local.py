"""A cluster without a cluster: a job is a folder, its pods are processes of this machine.

The same plan runs on it, under the same names. What it cannot do it says as a cluster would: a pod
that asks for a GPU which is not there stays Pending, with the reason.
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from hone.cluster.local_files import Folder, Unrecorded
from hone.cluster.local_node import GRACE, Node
from hone.cluster.local_objects import job_of
from hone.cluster.local_pods import Kubelet
from hone.cluster.port import Caller, Conflict, Gone, Key, Seen, Taken
from hone.plan.belief import made_of, taken
from hone.plan.events import Announcement
from hone.plan.manifests import Manifest, Ref
from hone.plan.names import Place
from hone.plan.world import World
from hone_trainer.contract.assignment import Progress

Posts = Callable[[Key], Mapping[Place, Progress]]
"""Gives the latest progress of a job's pods."""


class LocalCluster:
    """One job of this machine, kept on record in a folder.

    Args:
        key: the job.
        folder: its record, locked by us.
        kubelet: starts processes.
        now: the clock.
        ring: called with the key whenever something has changed.
        posts: what pods have posted lately.
        told: told of every transition.
        around: variables of this machine, which its pods see too.
        gpus: how many GPUs it has.
    """

    def __init__(
        self,
        key: Key,
        folder: Folder,
        kubelet: Kubelet,
        *,
        now: Callable[[], datetime],
        ring: Callable[[Key], None],
        posts: Posts = lambda _: {},
        told: Callable[[Announcement], None] = lambda _: None,
        around: Mapping[str, str] | None = None,
        gpus: int = 0,
    ) -> None:
        self._key = key
        self._folder = folder
        self._now = now
        self._ring = ring
        self._posts = posts
        self._told = told
        self._node = Node(
            folder, kubelet, now=now, ring=lambda: ring(key), around=around or {}, gpus=gpus
        )

    async def observe(self, key: Key) -> Seen | None:
        """Look at the record."""
        raw = self._raw(key)
        if raw is None:
            return None
        there = copy.deepcopy(self._node.children)
        jobs, pods = there.jobs.values(), there.pods.values()
        world = World.read(raw, jobs, pods, there.services.values(), self._posts(key))
        return Seen(raw, world)

    async def write_status(self, key: Key, seen: Seen, status: Mapping[str, Any]) -> None:
        """Record the status, if the job is still the one that was seen."""
        raw = self._raw(key)
        if raw is None or raw["metadata"]["uid"] != seen.raw["metadata"]["uid"]:
            raise Gone(str(key))
        if raw["metadata"]["resourceVersion"] != seen.version:
            raise Conflict(f"{key} is not at version {seen.version} any more")
        meta = {**raw["metadata"], "resourceVersion": str(int(seen.version) + 1)}
        with self._recording(key):
            self._folder.write_job({**raw, "metadata": meta, "status": dict(status)})
        self._ring(key)

    async def create(self, key: Key, manifest: Manifest) -> None:
        """Create a Service, a ConfigMap, or a Job and its pods."""
        meta, kind = manifest["metadata"], manifest["kind"]
        there = self._shelf(kind).get(meta["name"])
        if there is not None:
            if not made_of(there["metadata"], manifest):
                raise Taken(taken(there["metadata"], manifest))
            return
        with self._recording(key):
            if kind != "Job":
                self._shelf(kind)[meta["name"]] = copy.deepcopy(manifest)
                self._node.save()
            else:
                self._node.run(job_of(copy.deepcopy(manifest), self._now()))
                self._ring(key)

    async def delete(self, key: Key, ref: Ref) -> None:
        """Delete a Service, or a Job once its pods are gone."""
        there = self._shelf(ref.kind).get(ref.name)
        if there is None or "deletionTimestamp" in there["metadata"]:
            return
        if ref.uid not in ("", there["metadata"].get("uid")):
            return
        with self._recording(key):
            if ref.kind == "Service":
                del self._node.children.services[ref.name]
                self._node.save()
            else:
                self._node.remove(ref.name)

    async def announce(self, key: Key, seen: Seen, announcement: Announcement) -> None:  # noqa: ARG002
        """Pass it on to whoever shows it."""
        self._told(announcement)

    async def identify(self, token: str) -> Caller | None:
        """Find out which pod holds this token."""
        place = self._node.tokens.get(token)
        return None if place is None else Caller(self._key, place)

    async def recover(self, grace: float = GRACE) -> int:
        """Clear up after a runner that was stopped; give the number of processes it left alive."""
        raw = self._raw(self._key)
        return await self._node.recover(raw["metadata"]["uid"] if raw else "", grace)

    async def close(self, grace: float = GRACE) -> None:
        """Stop all pods; the record says that they were disrupted."""
        await self._node.close(grace)

    @contextmanager
    def _recording(self, key: Key) -> Iterator[None]:
        """Stop where the record cannot be kept; the folder says why."""
        try:
            yield
        except Unrecorded:
            raise Gone(str(key)) from None

    def _raw(self, key: Key) -> dict[str, Any] | None:
        return self._folder.job() if key == self._key else None

    def _shelf(self, kind: str) -> dict[str, Any]:
        there = self._node.children
        return {"Job": there.jobs, "Service": there.services, "ConfigMap": there.configs}[kind]
