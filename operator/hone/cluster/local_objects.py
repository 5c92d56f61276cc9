"""Jobs and pods in the shape that Kubernetes gives them, and how they change. Pure.

What the API server, the Job controller and the kubelet would write is written here, so that one
way of reading a world serves a cluster and a laptop.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from hone.plan.manifests import Manifest
from hone.plan.names import INDEX
from hone.plan.world import stamp

Object = dict[str, Any]
ENDED = ("Succeeded", "Failed")


def uid_of(*words: str) -> str:
    """Give a uid that depends on these words alone."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "\x00".join(("hone.dev", *words))))


def job_of(manifest: Manifest, now: datetime) -> Object:
    """Give a Job as the API server would store it."""
    meta = manifest["metadata"]
    owner = meta["ownerReferences"][0]["uid"]
    given = {"uid": uid_of(owner, meta["name"]), "creationTimestamp": stamp(now)}
    return {**manifest, "metadata": {**meta, **given}, "status": {"ready": 0, "active": 0}}


def pods_of(job: Object, now: datetime) -> list[Object]:
    """Give the pods of an Indexed Job, one per completion index."""
    return [_pod(job, index, now) for index in range(job["spec"].get("completions", 1))]


def _pod(job: Object, index: int, now: datetime) -> Object:
    meta = job["metadata"]
    labels = job["spec"]["template"].get("metadata", {}).get("labels", {})
    name = f"{meta['name']}-{index}"
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": meta["namespace"],
            "uid": uid_of(meta["uid"], name),
            "labels": {**labels, INDEX: str(index), "batch.kubernetes.io/job-name": meta["name"]},
            "creationTimestamp": stamp(now),
            "ownerReferences": [{"kind": "Job", "name": meta["name"], "uid": meta["uid"]}],
        },
        "status": {"phase": "Pending"},
    }


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

    With a backoff limit of 0 one failed pod fails the Job: FailureTarget as soon as it is decided,
    Failed once the last pod is gone.
    """
    pods = list(pods)
    phases = [pod["status"]["phase"] for pod in pods]
    status = job["status"]
    conditions = {c["type"]: c for c in status.get("conditions", ())}
    failed = next((pod for pod in pods if pod["status"]["phase"] == "Failed"), None)
    if failed is not None and "FailureTarget" not in conditions:
        why = f"pod {failed['metadata']['name']} failed"
        conditions["FailureTarget"] = _condition("FailureTarget", why, now)
    if "FailureTarget" in conditions and all(phase in ENDED for phase in phases):
        why = conditions["FailureTarget"]["message"]
        conditions.setdefault("Failed", _condition("Failed", why, now))
    elif phases and all(phase == "Succeeded" for phase in phases):
        conditions.setdefault("Complete", _condition("Complete", "", now))
    job["status"] = {
        "ready": phases.count("Running"),
        "active": sum(phase not in ENDED for phase in phases),
        "succeeded": phases.count("Succeeded"),
        "failed": phases.count("Failed"),
        "conditions": list(conditions.values()),
    }


def owner(pod: Object) -> str:
    """Give the name of the Job that a pod belongs to."""
    name: str = pod["metadata"]["ownerReferences"][0]["name"]
    return name


def owner_uid(child: Object) -> str:
    """Give the uid of the job that a child belongs to."""
    uid: str = child["metadata"]["ownerReferences"][0]["uid"]
    return uid


def failing(job: Object) -> bool:
    """Say whether the Job has given up."""
    return any(c["type"] == "FailureTarget" for c in job["status"].get("conditions", ()))


def _condition(kind: str, message: str, now: datetime) -> Object:
    said = {"type": kind, "status": "True", "reason": "BackoffLimitExceeded", "message": message}
    if kind == "Complete":
        said["reason"] = "CompletionsReached"
    return {**said, "lastTransitionTime": stamp(now)}
