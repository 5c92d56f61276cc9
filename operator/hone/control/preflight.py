"""Before the first pass: is the definition installed, and may we do all that we shall do?

kopf waits for ever for a kind that is missing and a missing right shows only when it is needed, so
both are asked for at the start, and the answer names the remedy. ``NEEDS`` is what the chart's
roles have to grant, and a test holds the two against each other.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from hone.api import API_VERSION, GROUP, PLURAL

Where = Literal["jobs", "own", "cluster"]
"""Wherever jobs may be; in the operator's own namespace; for things without a namespace."""


@dataclass(frozen=True)
class Need:
    """Verbs that the operator uses on a resource."""

    group: str
    resource: str
    verbs: tuple[str, ...]
    where: Where = "jobs"


NEEDS = (
    Need(GROUP, PLURAL, ("get", "list", "watch")),
    Need(GROUP, f"{PLURAL}/status", ("patch",)),
    Need("batch", "jobs", ("get", "list", "watch", "create", "delete")),
    Need("", "services", ("get", "list", "create", "delete")),
    Need("", "configmaps", ("get", "create")),
    Need("", "pods", ("get", "list", "watch")),
    Need("", "events", ("list",)),
    Need("events.k8s.io", "events", ("create",)),
    Need("authentication.k8s.io", "tokenreviews", ("create",), "cluster"),
    Need("coordination.k8s.io", "leases", ("get", "create", "update"), "own"),
)


class Access(Protocol):
    """Answers about our own rights."""

    async def serves_jobs(self) -> bool:
        """Say whether our kind exists here."""

    async def allows(self, verb: str, group: str, resource: str, namespace: str | None) -> bool:
        """Say whether we may do this."""


async def problems(
    access: Access,
    namespaces: Sequence[str],
    own_namespace: str,
    *,
    election: bool = True,
    posts: bool = True,
) -> list[str]:
    """Return what is missing, each with its remedy; an empty list is good news.

    Args:
        access: who answers.
        namespaces: where jobs are served; empty for everywhere.
        own_namespace: where the operator runs.
        election: whether several operators take turns.
        posts: whether pods post their progress.

    Raises:
        Unavailable: the API server does not answer.
    """
    idle = {"own": not election, "cluster": not posts}
    found = []
    if not await access.serves_jobs():
        found.append(
            f"the API server does not serve {PLURAL} of {API_VERSION}: install the chart with"
            " crds.enabled=true, or run `hone crd | kubectl apply --server-side -f -`"
        )
    asked = [
        (need, verb, place)
        for need in NEEDS
        if not idle.get(need.where)
        for verb in need.verbs
        for place in _places(need, namespaces, own_namespace)
    ]
    answers = await asyncio.gather(
        *(access.allows(verb, need.group, need.resource, place) for need, verb, place in asked)
    )
    for (need, verb, place), allowed in zip(asked, answers, strict=True):
        if not allowed:
            name = f"{need.resource}.{need.group}" if need.group else need.resource
            where = f"in namespace {place}" if place else "in all namespaces"
            found.append(
                f"no right to {verb} {name} {where}: grant it to the operator's service account;"
                " the chart's roles do (rbac.create=true)"
            )
    return found


def _places(need: Need, namespaces: Sequence[str], own: str) -> Iterator[str | None]:
    if need.where == "own":
        yield own
    elif need.where == "cluster" or not namespaces:
        yield None
    else:
        yield from namespaces
