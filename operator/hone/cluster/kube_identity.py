"""Who posts: from a pod's token to the pod, and from its labels to its place in a job.

The API server vouches for the token; the pod named in it must still be there, and the Job that
controls it must be on the record of its OptimizationJob: labels and names alone can be forged.
Answers are kept for a few minutes under a digest: the token itself is never kept.
"""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from hone.api import API_VERSION, PLURAL
from hone.cluster.kube_connection import Connection
from hone.cluster.port import Caller, Gone, Key, Refused
from hone.plan import names
from hone.plan.belief import controller, on_record
from hone.plan.names import Place

KEPT_SECONDS = 300.0
STRANGER_SECONDS = 30.0
"""A token that was not good may be good soon: the API server may have been a little late."""
YOUNG_SECONDS = 1.0
"""A Job is put on record a moment after it was made, and a pod may be quicker."""
LIMIT = 4096
AT_ONCE = 4
"""Reviews at the same time: strangers with made-up tokens must not flood the API server."""
REVIEWS = "/apis/authentication.k8s.io/v1/tokenreviews"
EXTRA = "authentication.kubernetes.io/"
ACCOUNT = "system:serviceaccount:"

Answer = Caller | Refused | None


class Unrecorded(Refused):
    """A pod of a Job that is not on record, or not yet."""


class Identities:
    """Finds the pod behind a token.

    Args:
        connection: the way to the API server.
        audience: the audience that a token must be made for.
        clock: seconds that only ever go up.
    """

    def __init__(
        self, connection: Connection, audience: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._api = connection
        self._audience = audience
        self._clock = clock
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._known: OrderedDict[bytes, tuple[float, Answer]] = OrderedDict()

    async def find(self, token: str) -> Caller | None:
        """Return the pod behind a token; None where the token is not good.

        Raises:
            Refused: the token is good, and its bearer is none of our pods.
            Unavailable: the API server does not answer.
        """
        if not token.isascii():  # RFC 6750: no such token was ever issued
            return None
        digest = hashlib.sha256(token.encode()).digest()
        kept = self._known.get(digest)
        if kept is None or kept[0] <= self._clock():
            async with self._turns:
                answer = await self._ask(token)
            self._known[digest] = kept = (self._clock() + _kept(answer), answer)
            self._known.move_to_end(digest)
            while len(self._known) > LIMIT:
                self._known.popitem(last=False)
        if isinstance(kept[1], Refused):
            raise Refused(str(kept[1]))
        return kept[1]

    async def _ask(self, token: str) -> Answer:
        user = await self._review(token)
        if user is None:
            return None
        extra = user.get("extra") or {}
        name = _only(extra.get(f"{EXTRA}pod-name"))
        account = str(user.get("username", ""))
        if not name or not account.startswith(ACCOUNT):
            return Refused("the token is not bound to a pod")
        namespace = account.removeprefix(ACCOUNT).split(":")[0]
        try:
            pod = await self._api.call("GET", f"/api/v1/namespaces/{namespace}/pods/{name}")
        except Gone:
            return Refused("the pod is gone")
        if pod["metadata"]["uid"] != _only(extra.get(f"{EXTRA}pod-uid")):
            return Refused("the pod was replaced by another")
        caller = _caller(pod["metadata"])
        if isinstance(caller, Refused):
            return caller
        path = f"/apis/{API_VERSION}/namespaces/{namespace}/{PLURAL}/{caller.key.name}"
        try:
            job = await self._api.call("GET", path)
        except Gone:
            return Refused("the OptimizationJob of the pod is gone")
        if not on_record(job, controller(pod["metadata"])["uid"]):
            return Unrecorded("the Job of the pod is not on the record of its OptimizationJob")
        return caller

    async def _review(self, token: str) -> dict[str, Any] | None:
        body = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenReview",
            "spec": {"token": token, "audiences": [self._audience]},
        }
        try:
            answer = await self._api.call("POST", REVIEWS, body=body)
        except Refused:  # such as an empty token
            return None
        status = answer.get("status") or {}
        if not status.get("authenticated") or self._audience not in status.get("audiences", ()):
            return None
        user: dict[str, Any] = status.get("user") or {}
        return user


def _caller(meta: Mapping[str, Any]) -> Caller | Refused:
    labels = meta.get("labels") or {}
    try:
        job, place = labels[names.JOB], Place.of(labels)
    except (KeyError, ValueError):
        return Refused("the pod is not of an OptimizationJob")
    owner = controller(meta)
    if (owner.get("kind"), owner.get("name")) != ("Job", names.child(job, place)):
        return Refused("the pod does not belong to the Job that its labels name")
    return Caller(Key(meta["namespace"], job), place)


def _kept(answer: Answer) -> float:
    """Return how long an answer counts, in seconds."""
    if isinstance(answer, Unrecorded):
        return YOUNG_SECONDS
    return KEPT_SECONDS if isinstance(answer, Caller) else STRANGER_SECONDS


def _only(values: list[str] | None) -> str:
    return values[0] if values else ""
