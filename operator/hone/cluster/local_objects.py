"""Jobs and pods in the shape that Kubernetes gives them, and how they change. Pure.

What the API server, the Job controller and the kubelet would write is written here, so that one
way of reading a world serves a cluster and a laptop.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from hone.cluster.local_policy import breaking, counted
from hone.plan.manifests import Manifest
from hone.plan.names import INDEX
from hone.plan.world import stamp

Object = dict[str, Any]
ENDED = ("Succeeded", "Failed")
OVER = ("FailureTarget", "Failed", "Complete")


def uid_of(*words: str) -> str:
    """Return a uid that depends on these words alone."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "\x00".join(("hone.dev", *words))))


def job_of(manifest: Manifest, now: datetime) -> Object:
    """Return a Job as the API server would store it."""
    meta = manifest["metadata"]
    owner = meta["ownerReferences"][0]["uid"]
    given = {"uid": uid_of(owner, meta["name"]), "creationTimestamp": stamp(now)}
    return {**manifest, "metadata": {**meta, **given}, "status": {"ready": 0, "active": 0}}


def pods_of(job: Object, now: datetime) -> list[Object]:
    """Return the pods of an Indexed Job, one per completion index."""
    return [_pod(job, index, now) for index in range(job["spec"].get("completions", 1))]


def replacements(job: Object, pods: Iterable[Object], now: datetime) -> list[Object]:
    """Return the pods that a Job lacks: every index has one that runs, waits or ended well."""
    ended = any(c["type"] in OVER for c in job["status"].get("conditions", ()))
    if ended or "deletionTimestamp" in job["metadata"]:
        return []
    made: dict[int, list[str]] = defaultdict(list)
    for pod in pods:
        made[_index(pod)].append(pod["status"]["phase"])
    return [
        _pod(job, index, now, len(phases))
        for index, phases in sorted(made.items())
        if set(phases) == {"Failed"}
    ]


def _pod(job: Object, index: int, now: datetime, number: int = 0) -> Object:
    meta = job["metadata"]
    labels = job["spec"]["template"].get("metadata", {}).get("labels", {})
    name = f"{meta['name']}-{index}{f'-r{number}' if number else ''}"
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": meta["namespace"],
            "uid": uid_of(meta["uid"], name),
            "labels": {**labels, INDEX: str(index), "batch.kubernetes.io/job-name": meta["name"]},
            "creationTimestamp": stamp(now),
            "ownerReferences": [_controller(meta)],
        },
        "status": {"phase": "Pending"},
    }


def _controller(job: Object) -> Object:
    return {"kind": "Job", "name": job["name"], "uid": job["uid"], "controller": True}


def unschedulable(pod: Object, why: str) -> None:
    """Note that the pod has to wait, in the scheduler's manner."""
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
    pod["status"] = {"phase": "Pending", "conditions": [{**condition, "message": why}]}


def started(pod: Object, now: datetime) -> None:
    """Note that the pod runs; there is no readiness probe, so it is ready too."""
    state = {"running": {"startedAt": stamp(now)}}
    pod["status"] = {
        "phase": "Running",
        "startTime": stamp(now),
        "conditions": [{"type": "Ready", "status": "True"}],
        "containerStatuses": [{"name": "trainer", "ready": True, "state": state}],
    }


def ended(pod: Object, code: int, message: str, now: datetime, disrupted: str = "") -> None:
    """Note the end of a pod.

    Args:
        pod: the pod.
        code: exit code of its process.
        message: its termination message.
        now: the moment.
        disrupted: what took it away, where it did not end by itself.
    """
    state = {
        "exitCode": code,
        "reason": "Completed" if code == 0 else "Error",
        "message": message,
        "finishedAt": stamp(now),
    }
    conditions = [{"type": "Ready", "status": "False"}]
    if disrupted and code != 0:
        target = {"type": "DisruptionTarget", "status": "True", "reason": "TerminationByKubelet"}
        conditions.append({**target, "message": disrupted})
    pod["status"] = {
        **pod["status"],
        "phase": "Succeeded" if code == 0 else "Failed",
        "conditions": conditions,
        "containerStatuses": [{"name": "trainer", "ready": False, "state": {"terminated": state}}],
    }


def settle(job: Object, pods: Iterable[Object], now: datetime) -> None:
    """Bring a Job's status up to date with its pods, as the Job controller does.

    Where a pod's end fails the Job: FailureTarget as soon as it is decided, Failed once the last
    pod is gone.
    """
    pods = list(pods)
    phases = [pod["status"]["phase"] for pod in pods]
    well = {_index(pod) for pod in pods if pod["status"]["phase"] == "Succeeded"}
    status = job["status"]
    conditions = {c["type"]: c for c in status.get("conditions", ())}
    broken = breaking(job, pods)
    if broken is not None and "FailureTarget" not in conditions:
        why = f"pod {broken['metadata']['name']} failed"
        conditions["FailureTarget"] = _condition("FailureTarget", why, now)
    if "FailureTarget" in conditions and all(phase in ENDED for phase in phases):
        why = conditions["FailureTarget"]["message"]
        conditions.setdefault("Failed", _condition("Failed", why, now))
    elif phases and len(well) == job["spec"].get("completions", 1):
        conditions.setdefault("Complete", _condition("Complete", "", now))
    job["status"] = {
        "ready": phases.count("Running"),
        "active": sum(phase not in ENDED for phase in phases),
        "succeeded": len(well),
        "failed": len(counted(job, pods)),
        "conditions": list(conditions.values()),
    }


def owner(pod: Object) -> str:
    """Return the name of the Job that a pod belongs to."""
    name: str = pod["metadata"]["ownerReferences"][0]["name"]
    return name


def owner_uid(child: Object) -> str:
    """Return the uid of the job that a child belongs to."""
    uid: str = child["metadata"]["ownerReferences"][0]["uid"]
    return uid


def failing(job: Object) -> bool:
    """Say whether the Job has given up."""
    return any(c["type"] == "FailureTarget" for c in job["status"].get("conditions", ()))


def _index(pod: Object) -> int:
    return int(pod["metadata"]["labels"][INDEX])


def _condition(kind: str, message: str, now: datetime) -> Object:
    said = {"type": kind, "status": "True", "reason": "BackoffLimitExceeded", "message": message}
    if kind == "Complete":
        said["reason"] = "CompletionsReached"
    return {**said, "lastTransitionTime": stamp(now)}
