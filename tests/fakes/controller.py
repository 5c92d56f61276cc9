"""What the Job controller concludes from the end of a pod."""

from typing import Any

Object = dict[str, Any]


def policy(spec: Object, status: Object) -> str:
    """Return what a Job's podFailurePolicy has for a pod that failed."""
    code = status["containerStatuses"][0]["state"]["terminated"]["exitCode"]
    disrupted = any(c["type"] == "DisruptionTarget" for c in status["conditions"])
    for rule in spec["podFailurePolicy"]["rules"]:
        if "onPodConditions" in rule and disrupted:
            return str(rule["action"])
        if code in rule.get("onExitCodes", {}).get("values", ()):
            return str(rule["action"])
    return "Count"


def condition(kind: str, message: str) -> Object:
    """A true condition."""
    return {"type": kind, "status": "True", "message": message}
