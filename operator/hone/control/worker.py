"""Workers: take a key, reconcile it, say when to look again."""

import asyncio
import logging

from hone.cluster.port import Cluster, Key, Unavailable
from hone.control.reconcile import Clock, reconcile
from hone.control.workqueue import Workqueue
from hone.plan.site import Site

log = logging.getLogger(__name__)


async def work(queue: Workqueue[Key], cluster: Cluster, clock: Clock, site: Site) -> None:
    """Serve the queue until cancelled; no single job can end it."""
    while True:
        key = await queue.take()
        failed = True
        try:
            again = await reconcile(cluster, key, clock, site)
            failed = False
            if again is not None:
                queue.ring_later(key, again)
        except Unavailable as error:
            log.warning("the cluster does not answer", extra={"job": str(key), "what": str(error)})
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("a pass failed", extra={"job": str(key)})
        finally:
            queue.done(key, failed=failed)
