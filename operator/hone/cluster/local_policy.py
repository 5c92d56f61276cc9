"""What the Job controller makes of failed pods: the Job's policy, rule by rule. Pure."""

from collections.abc import Iterable, Iterator
from typing import Any

Object = dict[str, Any]
COUNT = "Count"
"""What is done where no rule matches."""


def verdict(job: Object, pod: Object) -> str:
    """Return the action that the Job's policy has for a failed pod: the first rule that matches."""
    status = pod["status"]
    ended = status.get("containerStatuses", [{}])[0].get("state", {}).get("terminated", {})
    holds = {c["type"] for c in status.get("conditions", ()) if c["status"] == "True"}
    for rule in job["spec"].get("podFailurePolicy", {}).get("rules", ()):
        codes = rule.get("onExitCodes", {}).get("values", ())
        patterns = {pattern["type"] for pattern in rule.get("onPodConditions", ())}
        if ended.get("exitCode") in codes or patterns & holds:
            return str(rule["action"])
    return COUNT


def counted(job: Object, pods: Iterable[Object]) -> list[Object]:
    """Return the failed pods that the Job counts, in the order in which they were made."""
    return [pod for pod in _failed(pods) if verdict(job, pod) != "Ignore"]


def breaking(job: Object, pods: Iterable[Object]) -> Object | None:
    """Return the pod whose end fails the Job; None where the Job goes on."""
    bad = counted(job, pods)
    fatal = (pod for pod in bad if verdict(job, pod) == "FailJob")
    limit = job["spec"].get("backoffLimit", 6)
    return next(fatal, bad[limit] if len(bad) > limit else None)


def _failed(pods: Iterable[Object]) -> Iterator[Object]:
    return (pod for pod in pods if pod["status"]["phase"] == "Failed")
