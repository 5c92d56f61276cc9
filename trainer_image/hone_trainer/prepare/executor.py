"""Who does the work of a pass: threads of this pod, or, through Dask, all pods of the gang.

Work is a function of an index; what it gives back is small, as everything large goes through the
store. Which pod does what is Dask's business, and a pod that is lost costs the work it had in hand.
A pod alone needs no scheduler, which would take a second to start and listen at a port.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from hone_trainer.contract.assignment import Report, StageFailure
from hone_trainer.pod.gang import Gang

Work = Callable[[int], dict[str, Any]]
"""Can be pickled; gives JSON values."""
JOIN_S = 900
"""How long a pod looks for the chief before it gives up: a node may have to be added for it."""
NOWHERE = "127.0.0.1:0"
"""Dask always opens a port for its pages: nobody is to see it, and it shows none."""
LOST = 5
"""Pods that may go away over the same piece of work before the stage gives up."""


@dataclass
class Executor:
    """The threads or pods that share the work; opened when there is something to share."""

    gang: Gang
    threads: int
    _client: Any = field(default=None, init=False)
    _maps: int = field(default=0, init=False)
    """So that every piece of work has a name of its own."""

    def map(
        self, work: Work, todo: Sequence[int], done: Callable[[int, dict[str, Any]], None]
    ) -> None:
        """Do the work for each index; ``done`` hears of each as it ends, and may raise to stop.

        Raises:
            StageFailure: whatever the work raised; ``PodsLost`` where pods kept going away.
        """
        if not todo:
            return
        if self.gang.size > 1:
            self._by_pods(work, todo, done)
            return
        if len(todo) == 1 or self.threads == 1:
            for index in todo:
                done(index, work(index))
            return
        pool = ThreadPoolExecutor(self.threads)
        futures = {pool.submit(work, index): index for index in todo}
        try:
            for future in as_completed(futures):
                done(futures[future], future.result())
        finally:
            pool.shutdown(cancel_futures=True)

    def close(self) -> None:
        """Send everybody home."""
        if self._client is not None:
            cluster, client, self._client = self._client.cluster, self._client, None
            with suppress(TimeoutError, OSError):
                client.close()
                cluster.close()

    def _by_pods(
        self, work: Work, todo: Sequence[int], done: Callable[[int, dict[str, Any]], None]
    ) -> None:
        import distributed

        ended: Any = distributed.as_completed
        client = self._open()
        self._maps += 1
        name = f"{type(work).__name__}-{self._maps}"
        index_of = {f"{name}-{index}": index for index in todo}
        futures = client.map(work, todo, key=list(index_of))
        try:
            for future in ended(futures):
                done(index_of[future.key], future.result())
                future.release()
        except distributed.KilledWorker:
            message = f"{LOST} pods went away over the same piece of work"
            remedy = "raise resources.limits.memory of the stage if they ran out of it"
            raise StageFailure("PodsLost", f"{message}: {remedy}", retry=True) from None
        finally:
            client.cancel(futures)

    def _open(self) -> Any:
        if self._client is not None:
            return self._client
        import distributed

        local_cluster: Any = distributed.LocalCluster
        client: Any = distributed.Client
        _configure()
        host, port = self.gang.listens
        cluster = local_cluster(
            n_workers=1,
            threads_per_worker=self.threads,
            processes=False,
            dashboard_address=NOWHERE,
            worker_dashboard_address=NOWHERE,
            memory_limit=0,
            silence_logs=logging.CRITICAL,
            protocol="tcp",
            host=host,
            scheduler_port=port,
        )
        self._client = client(cluster)
        return self._client


def serve(gang: Gang, threads: int) -> Report:
    """Work for the chief until it sends this pod home.

    Raises:
        StageFailure: the chief was never there, or went away (``ChiefLost``).
    """
    import asyncio

    from distributed import Worker

    _configure()
    host, port = gang.listens

    async def work() -> None:
        async with Worker(
            f"tcp://{gang.chief}",
            nthreads=threads,
            host=host,
            port=port,
            contact_address=f"tcp://{gang.address}",
            memory_limit=0,
            dashboard=False,
            dashboard_address=NOWHERE,
            death_timeout=JOIN_S,
            silence_logs=logging.CRITICAL,
        ) as worker:
            await worker.finished()

    try:
        asyncio.run(work())
    except (TimeoutError, OSError) as error:
        message = f"the chief {gang.chief} does not answer ({type(error).__name__})"
        raise StageFailure("ChiefLost", message, retry=True) from None
    return Report(message="worked for the chief")


def _configure() -> None:
    import dask

    dask.config.set(
        {
            "distributed.scheduler.allowed-failures": LOST,
            "distributed.scheduler.http.routes": [],
            "distributed.worker.http.routes": [],
            "distributed.scheduler.worker-saturation": 1.0,
            "distributed.worker.daemon": True,
            "distributed.comm.retry.count": 3,
            "distributed.comm.timeouts.connect": "30s",
            "distributed.admin.tick.limit": "60s",
        }
    )
    # What work raises reaches the stage, which says it once and in its own words.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
