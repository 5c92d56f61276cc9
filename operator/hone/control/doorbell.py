"""kopf, as a doorbell: every event names a job, and the job's key goes to the queue.

Nothing else happens here. Handlers of ``on.event`` leave no finalizer, annotation or patch behind,
so deleting a job never waits for us, and what an event says is not believed: the loop reads the
world itself. What watches lose is found by a slow round (``rounds``).
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

import kopf

from hone.api import GROUP, PLURAL, VERSION
from hone.cluster.port import Key
from hone.control.workqueue import Workqueue

PODS = timedelta(seconds=0.5)
"""A pod that starts or ends changes several times in a moment, and its Job with it: one look."""

Login = Callable[[], Awaitable[Mapping[str, Any]]]
"""Gives kopf's words for the way to the API server; called again when it refuses them."""


class NoProgress(kopf.ProgressStorage):
    """Remembers nothing, and so never copies or patches an object."""

    def fetch(self, **_: Any) -> None:
        """Find nothing."""

    def store(self, **_: Any) -> None:
        """Keep nothing."""

    def purge(self, **_: Any) -> None:
        """Have nothing to forget."""

    def touch(self, **_: Any) -> None:
        """Leave the object alone."""

    def clear(self, *, essence: Any) -> Any:
        """Return the object as it is."""
        return essence


class NoDiffs(kopf.DiffBaseStorage):
    """Remembers nothing, and so never copies or patches an object."""

    def build(self, **_: Any) -> Any:
        """Return nothing to compare with."""
        return {}

    def fetch(self, **_: Any) -> None:
        """Find nothing."""

    def store(self, **_: Any) -> None:
        """Keep nothing."""


def registry(queue: Workqueue[Key], login: Login, job_label: str) -> kopf.OperatorRegistry:
    """Return the handlers.

    Args:
        queue: who is told.
        login: the way to the API server.
        job_label: label of children whose value is the name of their job.
    """
    found = kopf.OperatorRegistry()

    @kopf.on.login(registry=found)
    async def connect(**_: Any) -> kopf.ConnectionInfo:
        return kopf.ConnectionInfo(**await login())

    @kopf.on.event(GROUP, VERSION, PLURAL, registry=found)
    async def job_rang(namespace: str | None, name: str, **_: Any) -> None:
        queue.ring(Key(namespace or "", name))

    @kopf.on.event("batch", "v1", "jobs", labels={job_label: kopf.PRESENT}, registry=found)
    async def child_rang(namespace: str | None, labels: Mapping[str, str], **_: Any) -> None:
        queue.ring(Key(namespace or "", labels[job_label]))

    @kopf.on.event("v1", "pods", labels={job_label: kopf.PRESENT}, registry=found)
    async def pod_rang(namespace: str | None, labels: Mapping[str, str], **_: Any) -> None:
        queue.ring_later(Key(namespace or "", labels[job_label]), PODS)

    return found


def settings(job_label: str) -> kopf.OperatorSettings:
    """Return kopf's settings: watch, and leave everything else alone."""
    chosen = kopf.OperatorSettings()
    chosen.posting.enabled = False
    chosen.peering.standalone = True
    chosen.scanning.disabled = True
    chosen.persistence.progress_storage = NoProgress()
    chosen.persistence.diffbase_storage = NoDiffs()
    chosen.persistence.consistency_timeout = 0
    chosen.networking.request_timeout = 30
    chosen.networking.connect_timeout = 5
    chosen.watching.chunk_size = 500
    chosen.watching.connect_timeout = 5
    chosen.watching.label_selectors["batch", "v1", "jobs"] = job_label
    chosen.watching.label_selectors["v1", "pods"] = job_label
    chosen.process.ultimate_exiting_timeout = None
    return chosen


async def listen(
    queue: Workqueue[Key],
    login: Login,
    namespaces: Iterable[str],
    job_label: str,
    started: Callable[[], None] = lambda: None,
) -> None:
    """Ring for every event until cancelled; ends by itself only where watching is impossible.

    Args:
        queue: who is told.
        login: the way to the API server.
        namespaces: where jobs are watched; everywhere where none is given.
        job_label: label of children whose value is the name of their job.
        started: called once kopf has put its own signal handlers in place, to take them back.
    """
    where = tuple(namespaces)
    others = asyncio.all_tasks()
    tasks = await kopf.spawn_tasks(
        registry=registry(queue, login, job_label),
        settings=settings(job_label),
        clusterwide=not where,
        namespaces=where,
    )
    started()
    await kopf.run_tasks(tasks, ignored=others)
