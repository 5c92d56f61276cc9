"""The operator as a whole: wires the hands to the pulse, runs both, and stops them in order.

Stopping in order: take no more keys, finish the passes at hand, let go of the lease, end. A lost
lease is different: somebody else acts already, so everything stops where it is.
"""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any

from hone.cluster.kube import KubeCluster
from hone.cluster.kube_access import KubeAccess
from hone.cluster.kube_connection import Connection
from hone.cluster.kube_lease import KubeLease
from hone.cluster.port import Key, Mark, Seen, Unavailable
from hone.control import doorbell, logs
from hone.control.clock import SystemClock
from hone.control.ending import LAST_SECONDS, end_within
from hone.control.lease import Lease, Terms
from hone.control.preflight import problems
from hone.control.progress import ProgressBoard, Reception
from hone.control.relay import Relay
from hone.control.rounds import Rounds
from hone.control.telemetry import Telemetry
from hone.control.web import serving
from hone.control.worker import work
from hone.control.workqueue import Workqueue
from hone.plan import names
from hone.plan.figures import PAUSE
from hone.settings import Settings

log = logging.getLogger(__name__)

OK, BROKEN, UNFIT = 0, 1, 2
"""Exit codes: asked to stop; something ended that must not; the cluster is not prepared."""
DRAIN_SECONDS = 10.0
"""For passes to end in; less than a pod's grace period, and nothing is lost by stopping earlier."""
PREFLIGHT_PAUSE = 2.0


def main(settings: Settings) -> int:
    """Run until asked to stop, and give the exit code."""
    logs.configure(settings.log_level)
    return asyncio.run(run_operator(settings, partial(end_within, LAST_SECONDS)))


async def run_operator(settings: Settings, ending: Callable[[int], None]) -> int:
    """Run until SIGTERM or SIGINT, and give the exit code.

    Args:
        settings: what the installation decides.
        ending: told the exit code as soon as it is known.
    """
    stop = asyncio.Event()
    try:
        connection = await Connection.open(settings.kubeconfig)
    except Unavailable as error:
        log.error("cannot start", extra={"what": str(error)})
        return UNFIT
    _on_signals(stop)
    async with connection:
        return await Operator(settings, connection, ending).run(stop)


class Operator:
    """The parts, and how they hang together.

    Args:
        settings: what the installation decides.
        connection: the way to the API server.
        ending: told the exit code as soon as it is known.
    """

    def __init__(
        self, settings: Settings, connection: Connection, ending: Callable[[int], None]
    ) -> None:
        self._settings = settings
        self._ending = ending
        self._connection = connection
        identity = settings.pod_name or f"{socket.gethostname()}-{os.getpid()}"
        self._queue: Workqueue[Key] = Workqueue()
        self._rounds = Rounds(self._queue.ring)
        self._telemetry = Telemetry(queued=lambda: len(self._queue))
        self._board = ProgressBoard()
        self._cluster = KubeCluster(
            connection,
            posts=self._board.of,
            audience=settings.progress_audience,
            instance=identity,
            noticed=self._noticed,
        )
        lock = KubeLease(connection, settings.pod_namespace, settings.lease_name)
        terms = _terms(settings.lease_seconds)
        self._lease = Lease(lock, identity, terms, address=settings.address)

    async def run(self, stop: asyncio.Event) -> int:
        """Run until ``stop`` is set or a part ends, and give the exit code."""
        reception = Reception(self._cluster, self._board, self._heard)
        async with AsyncExitStack() as stack:
            relay = await stack.enter_async_context(Relay(lambda: self._lease.leader))
            await stack.enter_async_context(
                serving(self._settings.listen, self._telemetry, reception, relay)
            )
            await stack.enter_async_context(_beside(self._telemetry.beat()))
            unfit = await _until(stop, self._preflight())
            if unfit is not None:
                return unfit
            self._telemetry.ready = True
            if self._settings.leader_election:
                await _until(stop, self._lease.acquire())
            if stop.is_set():
                # The lease may have become ours at that very moment.
                await self._let_go()
                return OK
            return await self._lead(stop)

    async def _preflight(self) -> int | None:
        settings, access = self._settings, KubeAccess(self._connection)
        while True:
            try:
                missing = await problems(
                    access,
                    settings.namespaces,
                    settings.pod_namespace,
                    election=settings.leader_election,
                    posts=settings.progress_url is not None,
                )
            except Unavailable as error:
                log.warning("the API server does not answer yet", extra={"what": str(error)})
                await asyncio.sleep(PREFLIGHT_PAUSE)
                continue
            for each in missing:
                log.error(each)
            return UNFIT if missing else None

    async def _lead(self, stop: asyncio.Event) -> int:
        settings, site = self._settings, self._settings.site()
        self._telemetry.leading = True
        clock, meter = SystemClock(), self._telemetry.passing
        workers = [
            asyncio.create_task(work(self._queue, self._cluster, clock, site, meter))
            for _ in range(settings.workers)
        ]
        every = timedelta(seconds=settings.resync_seconds)
        login = self._connection.credentials
        parts: dict[str, Coroutine[Any, Any, Any]] = {
            "stop": stop.wait(),
            "rounds": self._rounds.walk(self._marks, every),
            "doorbell": doorbell.listen(
                self._queue, login, settings.namespaces, names.JOB, lambda: _on_signals(stop)
            ),
        }
        if settings.leader_election:
            parts["lease"] = self._lease.hold()
        # All tasks exist before kopf starts: what comes after, it takes for its own and cancels.
        tasks = {asyncio.create_task(part): name for name, part in parts.items()}
        await asyncio.wait([*tasks, *workers], return_when=asyncio.FIRST_COMPLETED)
        ended = {name: task for task, name in tasks.items() if task.done()}
        ended |= {f"worker {n}": worker for n, worker in enumerate(workers) if worker.done()}
        self._telemetry.leading = False
        code = _judge(ended, asked=stop.is_set())
        self._ending(code)
        if "lease" not in ended:
            await self._drain(workers)
        for task in (*workers, *tasks):
            task.cancel()
        await asyncio.wait([*workers, *tasks], timeout=DRAIN_SECONDS)
        if "lease" not in ended:
            await self._let_go()
        return code

    async def _drain(self, workers: Iterable[asyncio.Task[None]]) -> None:
        self._queue.close()
        log.info("stopping: no more jobs are taken")
        await asyncio.wait(workers, timeout=DRAIN_SECONDS)

    async def _let_go(self) -> None:
        if self._settings.leader_election:
            await self._lease.release()

    async def _marks(self) -> Mapping[Key, Mark]:
        spaces = self._settings.namespaces or (None,)
        found = await asyncio.gather(*(self._cluster.marks(space) for space in spaces))
        return {key: mark for marks in found for key, mark in marks.items()}

    def _heard(self, key: Key) -> None:
        """A pass costs requests and figures are written by the pause: posts share one pass."""
        self._queue.ring_later(key, PAUSE)

    def _noticed(self, key: Key, seen: Seen | None) -> None:
        self._telemetry.noticed(key, seen)
        self._rounds.noticed(key, seen)
        if seen is None or seen.world.status.finished_at:
            self._board.forget(key)


def _terms(seconds: int) -> Terms:
    return Terms(seconds=seconds, give_up=seconds * 2 / 3, retry=seconds * 2 / 15)


def _on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, int | None]) -> int | None:
    """Run something unless the stop comes first."""
    doing, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([doing, stopping], return_when=asyncio.FIRST_COMPLETED)
        return doing.result() if doing.done() else None
    finally:
        for task in (doing, stopping):
            task.cancel()
        await asyncio.wait([doing, stopping])


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run something for as long as the block runs."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


def _judge(ended: Mapping[str, asyncio.Task[Any]], *, asked: bool) -> int:
    """Return the exit code, and say what ended that should not have."""
    if asked and "lease" not in ended:
        return OK
    for name, task in ended.items():
        error = None if task.cancelled() else task.exception()
        log.error("a part of the operator ended", extra={"part": name, "what": str(error or "")})
    return BROKEN
