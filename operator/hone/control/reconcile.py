"""One pass over one job: observe → plan → record → act.

Nothing is remembered between passes. While the status has something new to say it is written, and
the pass ends there: the write itself rings the bell. Only a world that agrees with its record is
acted upon, so whoever takes over after a crash goes on from the record. Where the cluster refuses
the record, what must not run on is stopped all the same.
"""

import logging
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import ValidationError

from hone.api.job import OptimizationJob
from hone.api.status import JobStatus
from hone.cluster.port import Cluster, Conflict, Gone, Invalid, Key, Refused, Seen, Taken
from hone.plan.events import Announcement, announcements
from hone.plan.manifests import Manifest
from hone.plan.plan import Plan, plan
from hone.plan.record import misfit
from hone.plan.refusal import (
    UNREADABLE,
    UNRECORDED,
    explain,
    impossible,
    refuse,
    unreadable,
    unrecorded,
)
from hone.plan.rejection import Rejection, held_up
from hone.plan.site import Site

log = logging.getLogger(__name__)

SOON = timedelta(seconds=1)
UNTAKEN = timedelta(seconds=30)
"""A status is refused: nothing rings when it would be taken."""


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """Return the present moment, with its time zone."""


async def reconcile(cluster: Cluster, key: Key, clock: Clock, site: Site) -> timedelta | None:
    """Bring one job a step further.

    Returns:
        When to look again even if nothing rings; None for not before it does.

    Raises:
        Unavailable: the cluster does not answer; try the key again later.
    """
    seen = await cluster.observe(key)
    if seen is None:
        return None
    decided = decide(seen, clock.now(), site)
    try:
        if decided.unread:
            return await lament(cluster, key, seen, decided.status)
        if decided.status != seen.world.status:
            return await keep(cluster, key, seen, decided, clock, site)
        return await act(cluster, key, seen, decided, clock, site)
    except Conflict as conflict:
        log.info("somebody was faster", extra={"job": str(key), "what": str(conflict)})
        return SOON
    except Gone:
        return None


def decide(seen: Seen, now: datetime, site: Site) -> Plan:
    """Plan the job, or refuse it where its spec cannot be run."""
    status = seen.world.status
    if seen.world.fault:
        return Plan(unreadable(status, generation(seen), seen.world.fault, now), unread=True)
    try:
        job = OptimizationJob.read(dict(seen.raw))
    except ValidationError as error:
        return Plan(refuse(status, generation(seen), explain(error), now))
    if why := impossible(job, site):
        return Plan(refuse(status, generation(seen), why, now))
    if why := misfit(job, status):
        return Plan(unreadable(status, generation(seen), why, now), unread=True)
    return plan(job, seen.world, now, site)


async def lament(cluster: Cluster, key: Key, seen: Seen, status: JobStatus) -> timedelta | None:
    """Say in the conditions that the record cannot be read, and leave all else as it is."""
    if status == seen.world.status:
        return None
    again = None
    said = status.condition("Stalled")
    told = Announcement("Warning", UNREADABLE, said.message if said else "")
    log.error(told.message, extra={"job": str(key), "reason": told.reason})
    try:
        kept = {**seen.raw["status"], "conditions": status.dump()["conditions"]}
        await cluster.write_status(key, seen, kept)
    except Refused as refused:
        log.error("the status was refused", extra={"job": str(key), "what": str(refused)})
        again = UNTAKEN
    await cluster.announce(key, seen, told)
    return again


def generation(seen: Seen) -> int:
    """Return the generation of the spec that was seen."""
    return int(seen.raw["metadata"].get("generation", 1))


async def keep(
    cluster: Cluster, key: Key, seen: Seen, decided: Plan, clock: Clock, site: Site
) -> timedelta | None:
    """Record what was decided; where the cluster refuses that, as much of it as it takes.

    All numbers and words are bounded where they come in, so only a policy of the cluster, its size
    limit or an older definition can refuse. Then deadlines and suspensions hold all the same.
    """
    try:
        await record(cluster, key, seen, decided.status)
        return SOON
    except Refused as refused:
        said = f"the cluster refused the status: {refused}"
    log.error(said, extra={"job": str(key)})
    await cluster.announce(key, seen, Announcement("Warning", UNRECORDED, said))
    for ref in decided.overdue:
        await cluster.delete(key, ref)
    hushed = replace(seen, world=seen.world.hushed())
    bare = decide(hushed, clock.now(), site)
    if bare.status == seen.world.status:
        return await act(cluster, key, hushed, bare, clock, site)
    told = unrecorded(seen.world.status, generation(seen), said, clock.now())
    for status in (bare.status, told):
        try:
            if status != seen.world.status:
                await record(cluster, key, seen, status)
        except Refused:
            continue
        break
    return UNTAKEN


async def record(cluster: Cluster, key: Key, seen: Seen, status: JobStatus) -> None:
    """Write the status, then say what happened: an Event never precedes its cause."""
    await cluster.write_status(key, seen, status.dump())
    for announcement in announcements(seen.world.status, status):
        log.info(announcement.message, extra={"job": str(key), "reason": announcement.reason})
        await cluster.announce(key, seen, announcement)


async def act(
    cluster: Cluster, key: Key, seen: Seen, decided: Plan, clock: Clock, site: Site
) -> timedelta | None:
    """Make the world agree with the record."""
    for ref in decided.delete:
        await cluster.delete(key, ref)
    refused = [each async for each in create(cluster, key, decided.create)]
    if not refused:
        return decided.again
    world = held_up(seen.world, refused, clock.now())
    turned = decide(replace(seen, world=world), clock.now(), site)
    try:
        await record(cluster, key, seen, turned.status)
    except Refused as error:
        log.error("the status was refused", extra={"job": str(key), "what": str(error)})
        return UNTAKEN
    return SOON


async def create(
    cluster: Cluster, key: Key, manifests: Iterable[Manifest]
) -> AsyncIterator[Rejection]:
    """Create objects; give those that the cluster does not take."""
    for manifest in manifests:
        try:
            await cluster.create(key, manifest)
        except (Refused, Taken) as error:
            yield Rejection(
                manifest, str(error), isinstance(error, Taken), isinstance(error, Invalid)
            )
            if manifest["kind"] != "Job":
                return  # pods without it would wait for it, or for each other
