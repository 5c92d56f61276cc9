"""When a job restarts, gives up, waits and is cleared away: a TFJob's policies as words of Hone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hone.migrate.notes import STAGE, Note, changed, check, dropped
from hone.migrate.reading import Rule, Share, fold, loss, pairs

YEAR = 31_536_000
MOST_RETRIES = 100
RESTART = {
    "Never": "never",
    "OnFailure": "onFailure",
    "Always": "onFailure",
    "ExitCode": "exitCode",
}
NEVER = "Never"
"""What a TFJob does where nothing is said."""
STRICT = ("never", "exitCode", "onFailure")
"""From the least to the most that is answered by a restart."""
MEANING = {
    "onFailure": "every failure is answered by a restart",
    "exitCode": "as before, codes above 127 are answered by a restart, and 1 to 127 are for good",
}
TRAINING = ("chief", "worker")
"""Roles whose failures a training cannot do without."""
OLD = ("cleanPodPolicy", "ttlSecondsAfterFinished", "activeDeadlineSeconds", "backoffLimit")
"""What stood at the top of the spec before there was a runPolicy."""


@dataclass(frozen=True)
class Policy:
    """What a replica spec says about restarts of its pods."""

    role: str
    path: str
    restart: str = NEVER


def run_policy(spec: Mapping[str, Any]) -> Share:
    """Return the settings of the stage; ``suspend`` and the time to live are the job's.

    Args:
        spec: the TFJob's; the policies at its top, where older versions have them, count where its
            ``runPolicy`` says nothing.
    """
    said = pairs(spec.get("runPolicy"), "spec.runPolicy")
    old = {key: spec[key] for key in OLD if key in spec}
    notes = tuple(
        dropped(f"spec.{key}", f"spec.runPolicy.{key} counts") for key in old if key in said
    )
    share = fold({k: v for k, v in old.items() if k not in said}, "spec", RULES, {})
    return share + fold(said, "spec.runPolicy", RULES, {}) + Share(notes=notes)


def restart(policies: Sequence[Policy]) -> tuple[str, tuple[Note, ...]]:
    """Return the one policy of a gang: the strictest of the roles that train.

    Raises:
        KeyError: one of them is unknown.
    """
    training = [each for each in policies if each.role in TRAINING] or list(policies)
    word = min((RESTART[each.restart] for each in training), key=STRICT.index)
    became = f"{STAGE}.custom.restart"
    roles = {each.role for each in policies}
    notes: list[Note] = []
    for each in policies:
        if RESTART[each.restart] != word:
            text = f"{each.restart}, but a gang has one policy: {word}, the strictest that trains"
            notes.append(changed(each.path, became, text))
        elif each.restart == "Always":
            text = "Always becomes onFailure: pods that ended well are not started again"
            notes.append(changed(each.path, became, text))
        elif word != "never":
            text = f"{each.restart} becomes {word}: {MEANING[word]}; {_scope(each.role, roles)}"
            notes.append(changed(each.path, became, text))
    return word, tuple(notes)


def _scope(role: str, roles: set[str]) -> str:
    """Say what is started again when a pod of this role fails."""
    replaced = role == "evaluator" or (role == "worker" and {"chief", "ps"} <= roles)
    return "the pod alone is replaced" if replaced else "the gang restarts as a whole"


def _retries(value: Any, path: str) -> Share:
    text = "counts restarts of the gang, and pods that are replaced; preemption uses up none"
    return _bounded("retries", MOST_RETRIES, text)(value, path)


def _bounded(name: str, most: int, text: str, holder: str = STAGE) -> Rule:
    """Take a number of other name, up to what Hone allows."""

    def rule(value: Any, path: str) -> Share:
        number = min(value, most) if isinstance(value, int) else value
        limit = f"; {most} is the most" if number != value else ""
        return Share({name: number}, (changed(path, f"{holder}.{name}", f"{text}{limit}"),))

    return rule


def _clean(value: Any, path: str) -> Share:
    tell = {
        "All": "set spec.ttlSecondsAfterFinished: 0 to have the finished ones removed at once",
        "None": "what is to go on until its own end belongs in the leading role",
        "Running": "that is what Hone does",
    }
    text = (
        "once the leading role has ended, pods of the gang that still run are deleted; finished "
        f"ones stay until ttlSecondsAfterFinished: {tell.get(str(value), tell['Running'])}"
    )
    return Share(notes=(dropped(path, text),))


def _suspend(value: Any, path: str) -> Share:
    if not value:
        return Share({"suspend": False})
    text = (
        "the job waits until this is false; where Kueue had set it, take it out: Kueue will hold "
    )
    return Share({"suspend": True}, (check(path, f"{text}the pods' own Jobs", "spec.suspend"),))


def _scheduling(value: Any, path: str) -> Share:
    return fold(pairs(value, path), path, SCHEDULING, SCHEDULING_LOSSES)


def _priority(value: Any, path: str) -> Share:
    became = f"{STAGE}.priorityClassName"
    text = "holds for the pods, where these say nothing themselves"
    return Share({"priorityClassName": value}, (changed(path, became, text),))


WAITING = "the gang fails when its pods have not started by then, and the job with it"
GONE = "removes the finished job's pods; the OptimizationJob itself stays"
WHOLE = "includes restarts, and what is over it is stopped"
RULES: dict[str, Rule] = {
    "cleanPodPolicy": _clean,
    "ttlSecondsAfterFinished": _bounded("ttlSecondsAfterFinished", YEAR, GONE, "spec"),
    "activeDeadlineSeconds": _bounded("activeDeadlineSeconds", YEAR, WHOLE),
    "backoffLimit": _retries,
    "suspend": _suspend,
    "schedulingPolicy": _scheduling,
    "managedBy": loss("Hone's own operator runs the job; Kueue admits the pods' Jobs"),
}
SCHEDULING: dict[str, Rule] = {
    "scheduleTimeoutSeconds": _bounded("startDeadlineSeconds", YEAR, WAITING),
    "priorityClass": _priority,
}
SCHEDULING_LOSSES = {
    "minAvailable": "a gang always starts whole; Kueue admits it all or not at all",
    "minResources": "Kueue adds up what the pods ask for",
    "queue": "for a queue of Kueue's, give the job the label kueue.x-k8s.io/queue-name",
}
