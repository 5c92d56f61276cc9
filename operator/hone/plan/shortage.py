"""Pods that a Job lacks because the cluster refuses them, and what its controller heard.

A missing account, class or limit, a quota, a name that is none: the Job says nothing of it in its
status, only in Events. They are read where a Job lacks pods that its controller has asked for.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hone.plan.belief import Raw, controller, on_record

FAILED_CREATE = "FailedCreate"
"""Of the Job controller's Events for a pod that it could not make."""
TRACKED = "batch.kubernetes.io/job-tracking"
"""The finalizer of a pod that has not been counted as ended yet."""
PREFIX = re.compile(r"^(\(combined from similar events\): )?(Error creating: )?")


def lacking(raw: Raw, jobs: Iterable[Raw], pods: Iterable[Raw]) -> Iterator[Raw]:
    """Return the metadata of the Jobs on record that have fewer pods than they should by now.

    Args:
        raw: the job as it is stored.
        jobs: its Jobs.
        pods: its pods, seen after them.
    """
    owners = (controller(pod["metadata"]).get("uid", "") for pod in pods if not _over(pod))
    there = Counter(owners)
    for job in jobs:
        meta, spec, status = job["metadata"], job["spec"], job.get("status") or {}
        # It starts as soon as its controller has tried to make pods, and stops when suspended.
        if not status.get("startTime") or status.get("completionTime") or spec.get("suspend"):
            continue
        if any(c.get("status") == "True" for c in status.get("conditions") or ()):
            continue
        left = (spec.get("completions") or 1) - (status.get("succeeded") or 0)
        wanted = min(spec.get("parallelism", 1), left)
        if there[meta["uid"]] < wanted and on_record(raw, meta["uid"]):
            yield meta


def words(job: str, events: Iterable[Mapping[str, Any]]) -> str:
    """Return what the controller of a Job heard last; the random names of its pods are left out."""
    told = [each for each in events if each.get("reason") == FAILED_CREATE]
    if not told:
        return ""
    said = str(max(told, key=_moment).get("message") or "")
    return re.sub(rf'"{re.escape(job)}-[^"]*"', f'"{job}-*"', PREFIX.sub("", said))


def _over(pod: Raw) -> bool:
    """Say whether a pod has ended, and its Job knows: until then, none is missing for it."""
    ended = (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")
    return ended and TRACKED not in (pod["metadata"].get("finalizers") or ())


def _moment(event: Mapping[str, Any]) -> str:
    series = event.get("series") or {}
    times = (event.get("lastTimestamp"), series.get("lastObservedTime"), event.get("eventTime"))
    return max((str(time) for time in times if time), default="")
