"""Why a gang failed, from how its pods ended: what it is counted as, and what people read.

One pod's end brings down the others, so most of what is seen is consequence. The cause is looked
for where it cannot be mistaken: a report that says so, the kernel's kill for memory, a disruption;
then among the pods that ended first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from hone.plan.sight import GangView
from hone.plan.terms import Terms
from hone.plan.world import PodView
from hone_trainer.contract.assignment import Exit
from hone_trainer.contract.stage import Stage

Cause = Literal["application", "out_of_memory", "preemption"]

EXCUSED = (Exit.PEER_LOST, Exit.INTERRUPTED)
"""A pod of ours that lost its peer, or was asked to stop, is never the cause itself."""

SIGNALS = 128
"""Exit codes above it stand for signals."""

LAST_REASON = "RetriesExhausted"
"""Of a failure without a report, after which nothing more is tried."""
FINAL_REASON = "Failed"
"""Of a failure without a report that would come again."""
EVICTED = "Evicted"
"""The kubelet's reason where a pod used more than it may, or than its node has."""
_DISRUPTED = re.compile(r"Pod (?:\S+/)?(\S+) has condition DisruptionTarget ")
"""The Job controller's words of a failure policy that we give it."""


@dataclass(frozen=True)
class Diagnosis:
    """Why a gang failed."""

    cause: Cause
    """What its restart is counted as."""
    reason: str
    """In one word, should nothing more be tried."""
    message: str
    """In a sentence; of a lack of memory, how much there was says more."""
    final: bool = False
    """Another attempt would end the same way."""
    role: str = ""
    """Whose pods ran out of memory."""


def diagnose(terms: Terms, sight: GangView, said: str) -> Diagnosis:
    """Find out why a gang failed.

    Args:
        terms: what it ran under.
        sight: what is still there of the attempt.
        said: the Job controller's words.
    """
    stage = terms.stage
    pods = list(_concerned(terms, sight))
    ended = sorted(filter(_failed, pods), key=lambda pod: (pod.finished_at, pod.index))
    if stage.reports and any(_permanent(stage, pod) for pod in ended):
        return _final(terms, next(pod for pod in ended if _permanent(stage, pod)), said)
    starved = next(filter(_starved, ended), None)
    if starved is not None:
        return Diagnosis("out_of_memory", "OutOfMemory", "", role=starved.place.role)
    taken = next((pod for pod in pods if pod.disrupted), None)
    if taken is not None:
        why = taken.disruption or "a pod was evicted or its node went away"
        return Diagnosis("preemption", "Preempted", _named(terms, taken, why))
    if gone := _DISRUPTED.match(said):  # the pod itself may not be there any more
        why = f"pod {gone[1]} was evicted, preempted, or lost with its node"
        return Diagnosis("preemption", "Preempted", why)
    evicted = next((pod for pod in ended if pod.cause == EVICTED), None)
    if evicted is not None:  # for what it used itself: its node had room
        return Diagnosis("application", EVICTED, _named(terms, evicted, _words(evicted, said)))
    hung = next((pod for pod in ended if _hung(pod)), None)
    if hung is not None:  # TensorFlow misses a frozen peer before the peer's own guardian does
        return Diagnosis("application", "Hung", _named(terms, hung, _words(hung, said)))
    # Whoever was asked to leave is not why the others had to.
    culprits = [pod for pod in ended if not (pod.terminating or _excused(stage, pod))]
    if not culprits:
        why = next(_heard(ended), "a pod was stopped or deleted")
        return Diagnosis("preemption", "Preempted", why)
    first = [pod for pod in culprits if pod.finished_at == culprits[0].finished_at]
    if all(_permanent(stage, pod) for pod in first):
        return _final(terms, first[0], said)
    culprit = next(pod for pod in first if not _permanent(stage, pod))
    words = _named(terms, culprit, _words(culprit, said))
    return Diagnosis("application", _reason(culprit, LAST_REASON), words)


def _concerned(terms: Terms, sight: GangView) -> Iterator[PodView]:
    """Return the pods whose end may be the cause.

    A replaceable pod that failed was replaced, and the gang went on: it is history, unless its
    Job gave up, and then the latest failure is why.
    """
    for role in terms.shape.roles:
        mine = [pod for pod in sight.pods if pod.place.role == role.name]
        if not role.replaceable:
            yield from mine
        elif any(job.failed is not None and job.place.role == role.name for job in sight.jobs):
            failed = [pod for pod in mine if _failed(pod)]
            latest = max((pod.finished_at for pod in failed), default="")
            yield from (pod for pod in failed if pod.finished_at == latest)


def _failed(pod: PodView) -> bool:
    return pod.exit_code not in (None, Exit.OK) or pod.phase == "Failed"


def _starved(pod: PodView) -> bool:
    said = pod.report is not None and pod.report.reason == "OutOfMemory"
    return pod.cause == "OOMKilled" or said


def _hung(pod: PodView) -> bool:
    return pod.report is not None and pod.report.reason == "Hung"


def _heard(pods: list[PodView]) -> Iterator[str]:
    """Return what pods say of a peer that they lost."""
    reports = (pod.report for pod in pods if pod.exit_code == Exit.PEER_LOST)
    return (report.message for report in reports if report and report.message)


def _permanent(stage: Stage, pod: PodView) -> bool:
    return pod.exit_code is not None and stage.permanent(pod.exit_code)


def _excused(stage: Stage, pod: PodView) -> bool:
    # These codes are the trainer's: what they mean in code of others, nobody knows.
    return stage.reports and pod.exit_code in EXCUSED


def _final(terms: Terms, pod: PodView, said: str) -> Diagnosis:
    words = _named(terms, pod, _words(pod, said))
    return Diagnosis("application", _reason(pod, FINAL_REASON), words, final=True)


def _reason(pod: PodView, otherwise: str) -> str:
    # Code of others may write figures, say nothing of a reason, and fail.
    told = pod.report.reason if pod.report else ""
    return told if told not in ("", "Succeeded") else otherwise


def _named(terms: Terms, pod: PodView, words: str) -> str:
    """Say which pod of a gang is meant."""
    return f"{words} ({pod.place.role} {pod.index})" if terms.shape.size > 1 else words


def _words(pod: PodView, said: str) -> str:
    if pod.disruption:
        return f"{pod.cause}: {pod.disruption}"
    if pod.report is not None and pod.report.message:
        return pod.report.message
    if pod.said:
        return f"exit code {pod.exit_code}: {pod.said}"
    code = pod.exit_code or 0
    if code > SIGNALS:
        return f"the pod was ended by signal {code - SIGNALS}, without a word; see its log"
    return f"{said or 'the pod failed'} (exit code {code}); see its log"
