"""The node behind the local cluster: keeps a job's children, their record and their processes.

It does what the Job controller and a kubelet do between them: starts the pods of a Job, notes how
they end, stops those that outlive their Job's failure, and removes what was deleted, pods first.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from hone.cluster.local_environment import missing
from hone.cluster.local_files import Folder, Unrecorded
from hone.cluster.local_objects import (
    ENDED,
    Object,
    ended,
    failing,
    owner,
    owner_uid,
    pods_of,
    replacements,
    settle,
    started,
    unschedulable,
)
from hone.cluster.local_pods import Kubelet
from hone.cluster.local_process import Process
from hone.plan.names import Place

GRACE = 60.0
STOPPED = "`hone run` was stopped"


class Node:
    """The children of one job, on record and running.

    Args:
        folder: where they are on record.
        kubelet: starts their processes.
        now: the clock.
        ring: called whenever a child has changed.
        around: variables of this machine.
        gpus: how many GPUs it has.
    """

    def __init__(
        self,
        folder: Folder,
        kubelet: Kubelet,
        *,
        now: Callable[[], datetime],
        ring: Callable[[], None],
        around: Mapping[str, str],
        gpus: int = 0,
    ) -> None:
        self.children = folder.children()
        self.tokens: dict[str, Place] = {}
        """Place of each running pod, by its token."""
        self._folder = folder
        self._kubelet = kubelet
        self._now = now
        self._ring = ring
        self._around = around
        self._gpus = gpus
        self._running: dict[str, Process] = {}
        self._watching: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    def save(self) -> None:
        """Put the children on record."""
        self._folder.write_children(self.children)

    def run(self, job: Object) -> None:
        """Start the pods of a new Job."""
        name = job["metadata"]["name"]
        self.children.jobs[name] = job
        for pod in pods_of(job, self._now()):
            self.children.pods[pod["metadata"]["name"]] = pod
        for pod in self.children.pods_of(name):
            self._start(job, pod)
        settle(job, self.children.pods_of(name), self._now())
        self.save()

    def remove(self, name: str) -> None:
        """Delete a Job: it goes once its pods are gone."""
        self.children.jobs[name]["metadata"]["deletionTimestamp"] = self._now().isoformat()
        self.save()
        self._spawn(self._remove(name))

    async def recover(self, uid: str, grace: float = GRACE) -> int:
        """Clear up after a runner that was stopped: the pods it left count as disrupted.

        Args:
            uid: the job; children of another job that had its name are dropped.
            grace: seconds from SIGTERM to SIGKILL for processes it left alive.

        Returns:
            Number of processes that were still alive and had to be ended.
        """
        traces = dict(self.children.traces)
        orphans = [trace for trace in traces.values() if trace.alive()]
        await asyncio.gather(*(trace.end(grace) for trace in orphans))
        if any(owner_uid(job) != uid for job in self._objects()):
            for name in self.children.pods:
                self._kubelet.finish(self._folder, name)
            self._folder.clear()
            self.children = self._folder.children()
        self.children.traces.clear()
        for name, pod in self.children.pods.items():
            if pod["status"]["phase"] in ENDED:
                continue
            job = self.children.jobs[owner(pod)]
            if name in traces or failing(job):
                said = self._kubelet.finish(self._folder, name, job, 137)
                ended(pod, 137, said, self._now(), STOPPED)
            else:
                self._start(job, pod)
        for name, job in self.children.jobs.items():
            self._replace(job)
            if "deletionTimestamp" in job["metadata"]:
                self._spawn(self._remove(name))
        self.save()
        return len(orphans)

    async def close(self, grace: float = GRACE) -> None:
        """Stop all pods; the record says that they were disrupted."""
        self._closing = True
        await asyncio.gather(*(process.stop(grace) for process in self._running.values()))
        while tasks := {*self._tasks, *self._watching.values()}:
            await asyncio.gather(*tasks)

    def _objects(self) -> list[Object]:
        there = self.children
        return [*there.jobs.values(), *there.services.values(), *there.configs.values()]

    def _start(self, job: Object, pod: Object) -> None:
        lacking = missing(job, self._around, self._gpus)
        if lacking:
            unschedulable(pod, lacking)
            return
        name = pod["metadata"]["name"]
        try:
            process, token = self._kubelet.start(self._folder, job, pod, self.children.configs)
        except OSError as error:
            raise self._folder.broken(error) from None
        self._running[name] = process
        self.children.traces[name] = process.trace
        self.tokens[token] = Place.of(pod["metadata"]["labels"])
        started(pod, self._now())
        # Watched before it is on record: it is cleared away even where it never gets there.
        watch = self._watch(pod, process, token)
        self._watching[name] = asyncio.get_running_loop().create_task(watch)
        self.save()
        process.go()

    async def _watch(self, pod: Object, process: Process, token: str) -> None:
        """Note the end of a pod, and what follows from it for its Job."""
        code = await process.wait()
        name, job = pod["metadata"]["name"], self.children.jobs[owner(pod)]
        del self._running[name], self.children.traces[name], self.tokens[token]
        said = self._kubelet.finish(self._folder, name, job, code)
        ended(pod, code, said, self._now(), STOPPED if self._closing else "")
        if "deletionTimestamp" in pod["metadata"]:
            del self.children.pods[name]
        pods = self.children.pods_of(job["metadata"]["name"])
        settle(job, pods, self._now())
        with suppress(Unrecorded):  # the folder knows, and the run ends
            if failing(job) and not self._closing:
                self._stop(pods)
            elif not self._closing:
                self._replace(job)
            settle(job, self.children.pods_of(job["metadata"]["name"]), self._now())
            self.save()
        del self._watching[name]
        self._ring()

    def _replace(self, job: Object) -> None:
        """Start a pod for every index that lost its own, where the Job goes on."""
        name = job["metadata"]["name"]
        settle(job, self.children.pods_of(name), self._now())
        for pod in replacements(job, self.children.pods_of(name), self._now()):
            self.children.pods[pod["metadata"]["name"]] = pod
            self._start(job, pod)
        settle(job, self.children.pods_of(name), self._now())

    def _stop(self, pods: list[Object]) -> None:
        """Delete pods that have not ended: a process gets its grace period."""
        for pod in pods:
            name = pod["metadata"]["name"]
            if pod["status"]["phase"] in ENDED or "deletionTimestamp" in pod["metadata"]:
                continue
            if name in self._running:
                pod["metadata"]["deletionTimestamp"] = self._now().isoformat()
                self._spawn(self._halt(self._running[name], self._grace(pod)))
            else:
                del self.children.pods[name]

    async def _halt(self, process: Process, grace: float) -> None:
        await process.stop(grace)

    def _grace(self, pod: Object) -> float:
        spec = self.children.jobs[owner(pod)]["spec"]["template"]["spec"]
        return float(spec.get("terminationGracePeriodSeconds", 30))

    async def _remove(self, name: str) -> None:
        pods = self.children.pods_of(name)
        self._stop(pods)
        watching = (self._watching.get(pod["metadata"]["name"]) for pod in pods)
        await asyncio.gather(*(watch for watch in watching if watch is not None))
        for pod in self.children.pods_of(name):
            del self.children.pods[pod["metadata"]["name"]]
        del self.children.jobs[name]
        with suppress(Unrecorded):
            self.save()
        self._ring()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
