"""From a gang to the objects that run it: an Indexed Job per role, one headless Service per job,
and a ConfigMap for a stage that is too large for a variable.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from hone.api import API_VERSION, KIND
from hone.api.job import ArtifactsSpec, OptimizationJob, StageSpec
from hone.api.quantity import amount
from hone.plan import names
from hone.plan.failures import answer
from hone.plan.growth import with_memory
from hone.plan.names import Place
from hone.plan.planned import opens, planned
from hone.plan.pods import pod_template
from hone.plan.programs import PAYLOAD, program
from hone.plan.site import Site
from hone.plan.terms import Terms
from hone.plan.tf_config import cluster_variables
from hone_trainer.contract.assignment import Assignment, Source, Store
from hone_trainer.contract.stage import Gang, Role

Manifest = dict[str, Any]
GPU = "nvidia.com/gpu"


@dataclass(frozen=True)
class Ref:
    """An object to delete."""

    kind: str
    name: str
    uid: str = ""
    """Of the object that is meant; whichever has the name where empty."""


def service(job: OptimizationJob) -> Manifest:
    """Return the headless Service that lends the pods of all gangs their DNS names."""
    made = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(job, names.service(job.name), {}),
        "spec": {
            "clusterIP": "None",
            "publishNotReadyAddresses": True,
            "selector": {names.UID: job.uid},
            "ports": [{"name": "tensorflow", "port": Gang().port}],
        },
    }
    return _sealed(made)


def role_of(
    job: OptimizationJob,
    stage: StageSpec,
    gang: Gang,
    role: Role,
    attempt: int,
    sources: tuple[Source, ...],
    site: Site,
    starved: int = 0,
) -> tuple[Manifest, ...]:
    """Return the Indexed Job of one role of a gang, after so many restarts for lack of memory;
    before it the ConfigMap that its pods need, if they do.
    """
    place = Place(stage.name, gang.member, role.name, attempt)
    terms = Terms.of(stage, gang, job.spec.defaults)
    settings = with_memory(terms.pods(role.name), starved)
    artifacts = job.spec.artifacts or site.artifacts
    if artifacts is None:
        raise ValueError("spec.artifacts is missing and the operator has no default")
    limits = settings.resources.limits if settings.resources else {}
    gpus = int(amount(limits.get(GPU, "0")))
    task = _task(job, stage, place, artifacts, sources, site, gpus)
    peers = cluster_variables(job, gang, place) if gang.size > 1 else []
    passed_on = {k: v for k, v in job.labels.items() if k.startswith(names.PASSED_ON)}
    runs = program(stage.value, task, peers)
    payload = names.payload(job.name, stage.name, runs.payload) if runs.payload else ""
    template = pod_template(settings, site, runs, artifacts.credentials, payload)
    template["metadata"] = {"labels": _labels(job) | place.labels()}
    if gang.size > 1:
        template["spec"]["subdomain"] = names.service(job.name)
    made = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": _metadata(job, names.child(job.name, place), place.labels() | passed_on),
        "spec": {
            "completionMode": "Indexed",
            "completions": role.replicas,
            "parallelism": role.replicas,
            "podReplacementPolicy": "Failed",
            **answer(stage.value, role, terms.retries),
            "template": template,
        },
    }
    if not payload:
        return (_sealed(made),)
    return _payload(job, stage, payload, runs.payload), _sealed(made)


def _payload(job: OptimizationJob, stage: StageSpec, name: str, content: str) -> Manifest:
    made = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": _metadata(job, name, {names.STAGE: stage.name}),
        "immutable": True,
        "data": {PAYLOAD: content},
    }
    return _sealed(made)


def _task(
    job: OptimizationJob,
    stage: StageSpec,
    place: Place,
    artifacts: ArtifactsSpec,
    sources: tuple[Source, ...],
    site: Site,
    gpus: int,
) -> Assignment:
    return Assignment(
        namespace=job.namespace,
        job=job.name,
        uid=job.uid,
        stage=stage.name,
        run={stage.kind: stage.value.dump()},
        member=place.member,
        members=len(stage.value.gangs()),
        role=place.role,
        attempt=place.attempt,
        seed=job.spec.seed,
        store=Store(uri=artifacts.uri, endpoint=artifacts.endpoint, region=artifacts.region),
        sources=sources,
        progress_url=site.progress_url,
        gpus=gpus,
        reuse=job.spec.reuse,
        planned=planned(job) if opens(job, stage, place) else None,
    )


def _labels(job: OptimizationJob) -> dict[str, str]:
    return {names.MANAGER: "hone", names.JOB: job.name, names.UID: job.uid}


def _sealed(manifest: Manifest) -> Manifest:
    """Return a manifest with its own digest, by which it is known before it is on record."""
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":"))
    told = {names.DIGEST: hashlib.sha256(text.encode()).hexdigest()[:32]}
    return {**manifest, "metadata": {**manifest["metadata"], "annotations": told}}


def _metadata(job: OptimizationJob, name: str, labels: dict[str, str]) -> dict[str, Any]:
    owner = {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "name": job.name,
        "uid": job.uid,
        "controller": True,
        "blockOwnerDeletion": False,
    }
    return {
        "name": name,
        "namespace": job.namespace,
        "labels": _labels(job) | labels,
        "ownerReferences": [owner],
    }
