"""From a TFJob (kubeflow.org/v1, training-operator) to an OptimizationJob with one custom stage."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hone.api import API_VERSION, KIND
from hone.migrate.identity import identity
from hone.migrate.notes import STAGE, Note, changed, check, dropped
from hone.migrate.policy import restart, run_policy
from hone.migrate.reading import Rule, Share, fold, pairs, silent
from hone.migrate.roles import PATH, Role, programs, roles, together

GROUP = "kubeflow.org/"
VERSION = f"{GROUP}v1"
TFJOB = "TFJob"
OF_THE_JOB = ("suspend", "ttlSecondsAfterFinished")
PRIORITY = "priorityClassName"


@dataclass(frozen=True)
class Wishes:
    """What people add to a TFJob, which does not say it."""

    artifacts: str | None = None
    """Where the job's artifacts are kept; the operator's default where nothing is said."""
    command: tuple[str, ...] | None = None
    """What containers run that leave it to their image; empty where it has no entry point."""


@dataclass(frozen=True)
class Converted:
    """An OptimizationJob, and what there is to say about how it came to be."""

    job: dict[str, Any]
    notes: tuple[Note, ...]


def convert(raw: Mapping[str, Any], wishes: Wishes) -> Converted:
    """Return the job that does what a TFJob did, as far as Hone has words for it.

    Raises:
        CannotConvert: a person has to correct the TFJob first.
    """
    metadata = identity(raw.get("metadata"))
    spec = pairs(raw.get("spec"), "spec")
    found, said = roles(spec.get("tfReplicaSpecs"), wishes.command)
    policy = run_policy(spec)
    word, restarts = restart([each.policy for each in found])
    custom, ports = programs(found)
    job: dict[str, Any] = {"artifacts": {"uri": wishes.artifacts}} if wishes.artifacts else {}
    job |= {key: policy.settings[key] for key in OF_THE_JOB if key in policy.settings}
    stage = {key: value for key, value in policy.settings.items() if key not in (*job, PRIORITY)}
    pods = together(_ranked(found, policy))
    job["stages"] = [{"name": "train", **stage, **pods, "custom": {**custom, "restart": word}}]
    notes = (
        _outside(raw, spec).notes
        + metadata.notes
        + said
        + policy.notes
        + restarts
        + ports
        + tuple(note for each in found for note in each.notes)
        + tuple(_general(found, policy, word, wishes))
        + tuple(_success(spec, found))
    )
    head = {"apiVersion": API_VERSION, "kind": KIND, "metadata": dict(metadata.settings)}
    return Converted({**head, "spec": job}, notes)


def _ranked(found: Sequence[Role], policy: Share) -> list[Role]:
    """Set every role the priority of the gang, unless it has one of its own."""
    if PRIORITY not in policy.settings:
        return list(found)
    default = {PRIORITY: policy.settings[PRIORITY]}
    return [replace(each, settings={**default, **each.settings}) for each in found]


def _outside(raw: Mapping[str, Any], spec: Mapping[str, Any]) -> Share:
    """Say what becomes of what is neither a policy nor a role."""
    read = ("apiVersion", "kind", "metadata", "spec")
    old = "it is the record of a job that ran elsewhere"
    share = fold(raw, "", dict.fromkeys(read, silent), {"status": old})
    if raw.get("apiVersion") != VERSION:
        text = f"another version than {VERSION}: it was read by the rules of that one"
        share += Share(notes=(check("apiVersion", text),))
    return share + fold(spec, "spec", SPEC, {})


def _dynamic(value: Any, path: str) -> Share:
    if not value:
        return Share()
    text = (
        "TF_CONFIG lists every worker by its address; where parameter servers are there, a lost "
        "worker is replaced and the others go on"
    )
    return Share(notes=(dropped(path, text),))


def _general(found: Sequence[Role], policy: Share, word: str, wishes: Wishes) -> Iterator[Note]:
    """Say what holds for every job that moves."""
    if not wishes.artifacts:
        text = "left out: the operator's default store is used; --artifacts s3://… names another"
        yield check("spec", text, "spec.artifacts")
    if any("runAsUser" not in each.settings for each in found):
        text = (
            "pods run as user 65532 with /tmp as HOME, not as the image's own: set the number of a "
            "user who can read and write what the code does; root is none"
        )
        yield check(f"{PATH}.*.template", text, f"{STAGE}.runAsUser")
    if any(each.settings.get("writableRoot") for each in found):
        text = (
            "set to true, as images made for TFJobs often write beside their code; leave it out "
            "where yours writes to /tmp and its volumes alone"
        )
        yield changed(f"{PATH}.*.template", f"{STAGE}.writableRoot", text)
    if word != "never" and "retries" not in policy.settings:
        text = "3 restarts of the gang, where a TFJob without a backoffLimit knows no limit"
        yield check("spec.runPolicy", text, f"{STAGE}.retries")
    if len(found) > 1 or found[0].replicas != 1:
        text = (
            "pods have other host names: take addresses from TF_CONFIG or its resolver, never "
            "compose them"
        )
        yield check(PATH, text, f"{STAGE}.custom.roles")
    if any(each.name == "evaluator" for each in found):
        text = "TF_CONFIG's cluster does not list the evaluator any more; its task is the same"
        yield check(PATH, text, f"{STAGE}.custom.roles[evaluator]")


def _success(spec: Mapping[str, Any], found: Sequence[Role]) -> Iterator[Note]:
    """Say whose end is the job's: the chief's, or that of all workers where there is none."""
    lead, path = found[0], "spec.successPolicy"
    every = spec.get("successPolicy") == "AllWorkers"
    if every and lead.name == "worker":
        yield changed(
            path, f"{STAGE}.custom", "that is what Hone does: all workers have to end well"
        )
    elif every:
        yield dropped(path, "the chief's end is the job's, as it was for a TFJob with a chief")
    elif lead.name == "worker" and lead.replicas != 1:
        text = "the job ends when all workers have ended well, where it was worker 0 alone"
        yield check(path, text, f"{STAGE}.custom")


SPEC: dict[str, Rule] = {
    "tfReplicaSpecs": silent,
    "runPolicy": silent,
    "successPolicy": silent,
    "enableDynamicWorker": _dynamic,
    "cleanPodPolicy": silent,
    "ttlSecondsAfterFinished": silent,
    "activeDeadlineSeconds": silent,
    "backoffLimit": silent,
}
"""What is read elsewhere, and the rest."""
