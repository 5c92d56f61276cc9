"""What a Job does by itself when one of its pods fails: its backoff limit and its failure policy.

Where one lost pod breaks the gang, the Job gives up at once, and the plan restarts the gang. Where
a pod can be replaced, the Job replaces it, and gives up after as many failures as the stage may
have retries; what took a pod away from outside is not among them.
"""

from typing import Any

from hone_trainer.contract.assignment import Exit
from hone_trainer.contract.stage import Role, Stage

DISRUPTED = [{"type": "DisruptionTarget"}]
CODES = range(1, 256)


def answer(stage: Stage, role: Role, retries: int) -> dict[str, Any]:
    """Return ``backoffLimit`` and ``podFailurePolicy`` of the Job of a role.

    Kubernetes takes the first rule that matches, 20 of them at most with 255 codes each; a failure
    that none matches is counted.
    """
    permanent = [code for code in CODES if stage.permanent(code)]
    for_good = [_rule("FailJob", permanent)] if permanent else []
    if not role.replaceable:
        lost = {"action": "FailJob", "onPodConditions": DISRUPTED}
        return {"backoffLimit": 0, "podFailurePolicy": {"rules": [*for_good, lost]}}
    taken = {"action": "Ignore", "onPodConditions": DISRUPTED}
    # Only the trainer says with a code that it was asked to stop.
    asked = [_rule("Ignore", [Exit.INTERRUPTED])] if stage.reports else []
    return {"backoffLimit": retries, "podFailurePolicy": {"rules": [taken, *asked, *for_good]}}


def _rule(action: str, codes: list[int]) -> dict[str, Any]:
    return {"action": action, "onExitCodes": {"operator": "In", "values": codes}}
