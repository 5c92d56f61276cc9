"""TF_CONFIG: how the pods of a gang find each other, in the form that TensorFlow reads."""

import json
from dataclasses import replace
from typing import Any

from hone.api.job import OptimizationJob
from hone.plan import names
from hone.plan.names import Place
from hone_trainer.contract.stage import Gang, Role


def cluster_variables(job: OptimizationJob, gang: Gang, me: Place) -> list[dict[str, Any]]:
    """Return TF_CONFIG; the index gets into it by the kubelet's substitution.

    Roles that are not listed are missing from ``cluster``, as TensorFlow wants it of an evaluator;
    their pods learn of the others all the same.
    """

    def hosts(role: Role) -> list[str]:
        place = replace(me, role=role.name)
        every = range(role.replicas)
        return [f"{names.host(job.name, place, i, job.namespace)}:{gang.port}" for i in every]

    listed = {role.name: hosts(role) for role in gang.roles if role.listed}
    cluster = json.dumps(listed, separators=(",", ":"))
    config = f'{{"cluster":{cluster},"task":{{"type":"{me.role}","index":$(TF_TASK_INDEX)}}}}'
    return [index_variable("TF_TASK_INDEX"), {"name": "TF_CONFIG", "value": config}]


def index_variable(name: str) -> dict[str, Any]:
    """Return a variable with the pod's index, which the pod finds by looking at itself.

    The same template serves all pods of a role.
    """
    path = f"metadata.labels['{names.INDEX}']"
    return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}
