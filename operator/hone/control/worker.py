"""Workers: take a key, reconcile it, say when to look again."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Literal

from hone.cluster.port import Cluster, Key, Unavailable
from hone.control.reconcile import Clock, reconcile
from hone.control.workqueue import Closed, Workqueue
from hone.plan.site import Site

log = logging.getLogger(__name__)

Outcome = Literal["settled", "again", "unavailable", "failed"]
Meter = Callable[[], AbstractContextManager[Callable[[Outcome], None]]]
"""Measures a pass: a context whose value is told how it ended."""


def unmeasured() -> AbstractContextManager[Callable[[Outcome], None]]:
    """Measure nothing."""
    return nullcontext(lambda _: None)


async def work(
    queue: Workqueue[Key], cluster: Cluster, clock: Clock, site: Site, meter: Meter = unmeasured
) -> None:
    """Serve the queue until it is closed; no single job can end it."""
    while True:
        try:
            key = await queue.take()
        except Closed:
            return
        outcome: Outcome = "failed"
        try:
            with meter() as told:
                outcome = await _pass(queue, key, cluster, clock, site)
                told(outcome)
        finally:
            queue.done(key, failed=outcome in ("unavailable", "failed"))


async def _pass(
    queue: Workqueue[Key], key: Key, cluster: Cluster, clock: Clock, site: Site
) -> Outcome:
    try:
        again = await reconcile(cluster, key, clock, site)
    except Unavailable as error:
        log.warning("the cluster does not answer", extra={"job": str(key), "what": str(error)})
        return "unavailable"
    except asyncio.CancelledError:
        raise
    except Exception:
        log.exception("a pass failed", extra={"job": str(key)})
        return "failed"
    if again is None:
        return "settled"
    queue.ring_later(key, again)
    return "again"
