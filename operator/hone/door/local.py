"""The loop on this machine: wires the local cluster to the operator's own workers.

Nothing here decides anything: the same queue, passes and plan as in a cluster, with processes for
pods and a folder for the API server.
"""

import asyncio
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from hone.api.status import JobStatus
from hone.cluster.local import LocalCluster
from hone.cluster.local_files import Folder
from hone.cluster.local_pods import Kubelet
from hone.cluster.port import Key
from hone.control.clock import SystemClock
from hone.control.progress import ProgressBoard, Reception
from hone.control.telemetry import Telemetry
from hone.control.web import serving
from hone.control.worker import work
from hone.control.workqueue import Workqueue
from hone.plan.events import Announcement
from hone.plan.site import Site

LISTEN = "127.0.0.1:0"
LAST_GRACE = 5.0
"""For pods that have no purpose any more once the job has ended."""
STOPS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Machine:
    """What this machine lends to pods."""

    python: str
    around: Mapping[str, str]
    home: Path
    """Folder that relative paths of the job start from."""
    gpus: int = 0

    @classmethod
    def look(cls, python: str, around: Mapping[str, str], home: Path) -> "Machine":
        """Find out what is there."""
        cards = Path("/proc/driver/nvidia/gpus")
        return cls(python, around, home, len(list(cards.iterdir())) if cards.is_dir() else 0)


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    status: JobStatus
    stopped: bool = False
    """By a signal, before the job had come to its end."""


async def run(
    key: Key,
    folder: Folder,
    machine: Machine,
    show: Callable[[JobStatus], None],
    tell: Callable[[Announcement], None],
    note: Callable[[str], None],
) -> Ended:
    """Run the job on record in a folder until it has ended, or until we are asked to stop.

    Args:
        key: the job.
        folder: its record, locked by us.
        machine: what it runs on.
        show: called with the status whenever it may have changed.
        tell: called with every transition.
        note: called with what people should know of stopping and starting.
    """
    # Inherited as ignored, it would have the kernel throw away how our children ended.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    queue: Workqueue[Key] = Workqueue()
    changed, asked = asyncio.Event(), Asked()

    def ring(which: Key) -> None:
        queue.ring(which)
        changed.set()

    board, clock = ProgressBoard(), SystemClock()
    cluster = LocalCluster(
        key,
        folder,
        Kubelet(machine.around, machine.python, machine.home),
        now=clock.now,
        ring=ring,
        posts=board.of,
        told=tell,
        around=machine.around,
        gpus=machine.gpus,
    )
    telemetry = Telemetry()
    telemetry.ready = telemetry.leading = True
    async with serving(LISTEN, telemetry, Reception(cluster, board, ring)) as port:
        site = replace(Site(one_machine=True), progress_url=f"http://127.0.0.1:{port}/v1/progress")
        left = await cluster.recover()
        if left:
            note(f"ended {left} pod{'s' if left > 1 else ''} that an earlier run had left behind")
        worker = asyncio.create_task(work(queue, cluster, clock, site))
        ring(key)
        with asked:
            status = await _follow(cluster, key, changed, asked, show, folder)
            stopped = status.finished_at is None
            queue.close()
            await worker
            if folder.fault:
                note(f"the record cannot be kept: {folder.fault}")
            if stopped:
                note("stopping the pods; press Ctrl-C again to kill them")
            await _close(cluster, asked, stopped)
    return Ended(status, stopped)


class Asked:
    """Whether, and how urgently, somebody asks us to stop."""

    def __init__(self) -> None:
        self.once = asyncio.Event()
        self.twice = asyncio.Event()

    def __enter__(self) -> None:
        """Listen for signals."""
        for number in STOPS:
            asyncio.get_running_loop().add_signal_handler(number, self._heard)

    def __exit__(self, *_: object) -> None:
        """Leave them to Python again."""
        for number in STOPS:
            asyncio.get_running_loop().remove_signal_handler(number)

    def _heard(self) -> None:
        (self.twice if self.once.is_set() else self.once).set()


async def _follow(
    cluster: LocalCluster,
    key: Key,
    changed: asyncio.Event,
    asked: Asked,
    show: Callable[[JobStatus], None],
    folder: Folder,
) -> JobStatus:
    stop = asyncio.create_task(asked.once.wait())
    try:
        while True:
            changed.clear()
            seen = await cluster.observe(key)
            status = seen.world.status if seen else JobStatus()
            show(status)
            if status.finished_at is not None or stop.done() or folder.fault:
                return status
            bell = asyncio.create_task(changed.wait())
            await asyncio.wait({bell, stop}, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
            bell.cancel()
    finally:
        stop.cancel()


async def _close(cluster: LocalCluster, asked: Asked, stopped: bool) -> None:
    """Stop the pods; at once where somebody asks a second time."""
    closing = asyncio.create_task(cluster.close() if stopped else cluster.close(LAST_GRACE))
    hurry = asyncio.create_task(asked.twice.wait())
    await asyncio.wait({closing, hurry}, return_when=asyncio.FIRST_COMPLETED)
    if not closing.done():
        await cluster.close(0.0)
    hurry.cancel()
    with suppress(asyncio.CancelledError):
        await closing
