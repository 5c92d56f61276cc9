"""The real cluster: jobs as custom resources, children as Jobs, Services and pods.

Every look is a fresh read. Caches fed by events miss what happens while a watch is down, and a
decision must not rest on that.
"""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from hone.api import API_VERSION, GROUP, KIND, PLURAL, VERSION
from hone.cluster.kube_connection import MERGE, Connection
from hone.cluster.kube_identity import Identities
from hone.cluster.kube_marks import mark, marks
from hone.cluster.port import Caller, Conflict, Gone, Key, Mark, Refused, Seen, Taken, Unavailable
from hone.plan.belief import made_of, taken, unlisted
from hone.plan.events import Announcement
from hone.plan.manifests import Manifest, Ref
from hone.plan.names import UID, Place
from hone.plan.shortage import FAILED_CREATE, lacking, words
from hone.plan.world import World
from hone_trainer.contract.assignment import Progress

log = logging.getLogger(__name__)

COLLECTIONS = {
    "Job": "apis/batch/v1",
    "Service": "api/v1",
    "ConfigMap": "api/v1",
    "Pod": "api/v1",
}
NOTE_LIMIT = 1024
"""Characters that the API server accepts in an Event."""

Posts = Callable[[Key], Mapping[Place, Progress]]
"""Gives the latest progress of a job's pods."""


class KubeCluster:
    """A cluster behind an API server.

    Args:
        connection: the way to it.
        posts: what pods have posted lately.
        audience: audience of the tokens with which they post.
        instance: name of this process in Events.
        noticed: told of every look at a job, None where it is gone.
    """

    def __init__(
        self,
        connection: Connection,
        posts: Posts = lambda _: {},
        audience: str = f"{GROUP}/progress",
        instance: str = "hone-operator",
        noticed: Callable[[Key, Seen | None], None] = lambda _key, _seen: None,
    ) -> None:
        self._api = connection
        self._posts = posts
        self._instance = instance
        self._noticed = noticed
        self._identities = Identities(connection, audience)

    async def observe(self, key: Key) -> Seen | None:
        """Look at the job and its children now."""
        seen = await self._look(key)
        self._noticed(key, seen)
        return seen

    async def write_status(self, key: Key, seen: Seen, status: Mapping[str, Any]) -> None:
        """Record the status, if the job is still the one that was seen."""
        body = {
            "metadata": {"resourceVersion": seen.version},
            "status": _replacing(seen.raw.get("status") or {}, status),
        }
        await self._api.call("PATCH", f"{_job(key)}/status", body=body, content_type=MERGE)

    async def create(self, key: Key, manifest: Manifest) -> None:
        """Create a child; one that is ours and there already is fine."""
        folder = _collection(key.namespace, manifest["kind"])
        try:
            await self._api.call("POST", folder, body=manifest)
        except Conflict as conflict:
            name = manifest["metadata"]["name"]
            try:
                there = (await self._api.call("GET", f"{folder}/{name}"))["metadata"]
            except Gone:
                raise conflict from None
            if not made_of(there, manifest):
                raise Taken(taken(there, manifest)) from None

    async def delete(self, key: Key, ref: Ref) -> None:
        """Delete a child and its pods; one that is gone already is fine."""
        path = f"{_collection(key.namespace, ref.kind)}/{ref.name}"
        only = {"preconditions": {"uid": ref.uid}} if ref.uid else {}
        body = {"propagationPolicy": "Background", **only}
        try:
            await self._api.call("DELETE", path, body=body)
        except Gone:
            return

    async def announce(self, key: Key, seen: Seen, announcement: Announcement) -> None:
        """Tell people by an Event; its name keeps a second telling from making a second Event."""
        body = _event(key, seen, announcement, self._instance, datetime.now(UTC))
        path = f"/apis/events.k8s.io/v1/namespaces/{key.namespace}/events"
        try:
            await self._api.call("POST", path, body=body)
        except (Conflict, Gone):
            return
        except (Refused, Unavailable) as error:
            log.warning("an Event was not taken", extra={"job": str(key), "what": str(error)})

    async def identify(self, token: str) -> Caller | None:
        """Find out which pod of which job holds this token."""
        return await self._identities.find(token)

    async def marks(self, namespace: str | None = None) -> Mapping[Key, Mark]:
        """Return the marks of all jobs, of one namespace or of all."""
        return await marks(self._api, namespace)

    async def _look(self, key: Key) -> Seen | None:
        try:
            raw = await self._api.call("GET", _job(key))
        except Gone:
            return None
        if "deletionTimestamp" in raw["metadata"]:
            return None
        uid = raw["metadata"]["uid"]
        jobs, services = await asyncio.gather(
            *(self._children(key.namespace, kind, uid) for kind in ("Job", "Service"))
        )
        jobs += await self._named(key.namespace, unlisted(raw, jobs))
        # Pods after Jobs: whichever pod brought a Job to its end is then seen with its own end.
        pods = await self._children(key.namespace, "Pod", uid)
        short = list(lacking(raw, jobs, pods))
        heard = await asyncio.gather(*(self._heard(key.namespace, meta) for meta in short))
        refused = {meta["uid"]: said for meta, said in zip(short, heard, strict=True)}
        world = World.read(raw, jobs, pods, services, self._posts(key), refused)
        # A Job that no label shows is in no round: its job is looked at in each.
        return Seen(raw, world, mark([raw, *jobs, *services, *pods]))

    async def _heard(self, namespace: str, job: Mapping[str, Any]) -> str:
        """Return why a Job cannot make its pods, as its controller's Events have it."""
        query = {"fieldSelector": f"involvedObject.uid={job['uid']},reason={FAILED_CREATE}"}
        found = await self._api.call("GET", f"/api/v1/namespaces/{namespace}/events", query=query)
        return words(job["name"], found.get("items") or ())

    async def _named(self, namespace: str, names: Iterable[str]) -> list[dict[str, Any]]:
        """Read the Jobs of these names, as far as they are there."""
        found = []
        for name in names:
            try:
                path = f"{_collection(namespace, 'Job')}/{name}"
                found.append(await self._api.call("GET", path))
            except Gone:
                continue
        return found

    async def _children(self, namespace: str, kind: str, uid: str) -> list[dict[str, Any]]:
        query = {"labelSelector": f"{UID}={uid}"}
        found = await self._api.call("GET", _collection(namespace, kind), query=query)
        return found.get("items") or []


def _job(key: Key) -> str:
    return f"/apis/{GROUP}/{VERSION}/namespaces/{key.namespace}/{PLURAL}/{key.name}"


def _collection(namespace: str, kind: str) -> str:
    return f"/{COLLECTIONS[kind]}/namespaces/{namespace}/{kind.lower()}s"


def _replacing(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return a merge patch that leaves exactly ``new``: what vanished is named as null."""
    patch: dict[str, Any] = {key: None for key in old if key not in new}
    for key, value in new.items():
        before = old.get(key)
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            patch[key] = _replacing(before, value)
        else:
            patch[key] = value
    return patch


def _event(
    key: Key, seen: Seen, announcement: Announcement, instance: str, now: datetime
) -> dict[str, Any]:
    meta = seen.raw["metadata"]
    said = (meta["uid"], seen.version, announcement.reason, announcement.message)
    digest = hashlib.sha256("\0".join(said).encode()).hexdigest()[:16]
    return {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {"name": f"{key.name}.{digest}", "namespace": key.namespace},
        "eventTime": now.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "type": announcement.type,
        "reason": announcement.reason[:128] or "Unknown",
        "action": "Reconcile",
        "note": announcement.message[:NOTE_LIMIT],
        "reportingController": f"{GROUP}/operator",
        "reportingInstance": instance[:128],
        "regarding": {
            "apiVersion": API_VERSION,
            "kind": KIND,
            "namespace": key.namespace,
            "name": key.name,
            "uid": meta["uid"],
            "resourceVersion": seen.version,
        },
    }
