"""The pod that runs a stage: locked down by default, shaped by the curated fields of the spec."""

from typing import Any

from hone.api.job import Credentials
from hone.api.pod_settings import PodSettings, Variable
from hone.api.resources import Resources
from hone.api.volumes import PLACES, Volume
from hone.plan.programs import PAYLOAD, PAYLOAD_FOLDER, TOKEN_FOLDER, Program
from hone.plan.site import Site

USER = 65532
"""The images' own user: not root, without a name on any host."""
TOKEN_SECONDS = 3600
PAYLOAD_MOUNT = {"name": "hone-payload", "mountPath": PAYLOAD_FOLDER, "readOnly": True}
GRACE_SECONDS = 60
"""From SIGTERM to SIGKILL: time enough to save a checkpoint."""


def pod_template(
    settings: PodSettings,
    site: Site,
    program: Program,
    credentials: Credentials | None,
    payload: str = "",
) -> dict[str, Any]:
    """Return the pod template of a role, without its labels.

    Args:
        settings: what the job says of its pods.
        site: what the installation says.
        program: what they run.
        credentials: of the artifact store.
        payload: the ConfigMap with what is too large for a variable, where there is one.
    """
    container: dict[str, Any] = {
        "name": "trainer",
        "image": settings.image or site.trainer_image,
        "imagePullPolicy": settings.image_pull_policy or site.pull_policy,
        "command": list(program.command),
        "env": [*program.env, *(_variable(each) for each in settings.env or ())],
        "resources": _resources(settings.resources or Resources()),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": not settings.writable_root,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": "scratch", "mountPath": PLACES["scratch"]},
            {"name": "token", "mountPath": TOKEN_FOLDER, "readOnly": True},
            *({"name": v.name, "mountPath": v.mount_path} for v in settings.volumes or ()),
            *([PAYLOAD_MOUNT] if payload else ()),
        ],
        # The end of the log says most of a program that knows nothing of us.
        "terminationMessagePolicy": "File" if program.reports else "FallbackToLogsOnError",
    }
    if credentials is not None:
        container["envFrom"] = [{"secretRef": {"name": credentials.secret_name}}]
    user = settings.run_as_user or USER
    spec = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": GRACE_SECONDS,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": user,
            "runAsGroup": user,
            "fsGroup": user,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [
            {"name": "scratch", "emptyDir": {}},
            {"name": "token", "projected": {"sources": [_token(site)]}},
            *(_volume(each) for each in settings.volumes or ()),
            *([_payload(payload)] if payload else ()),
        ],
    }
    return {"spec": spec | _placement(settings)}


def _payload(name: str) -> dict[str, Any]:
    items = [{"key": PAYLOAD, "path": PAYLOAD}]
    return {"name": "hone-payload", "configMap": {"name": name, "items": items}}


def _token(site: Site) -> dict[str, Any]:
    """A token of the pod's own that only our progress endpoint accepts."""
    return {
        "serviceAccountToken": {
            "audience": site.audience,
            "expirationSeconds": TOKEN_SECONDS,
            "path": "token",
        }
    }


def _variable(variable: Variable) -> dict[str, Any]:
    if variable.secret_key is None:
        return {"name": variable.name, "value": variable.value}
    key = {"name": variable.secret_key.name, "key": variable.secret_key.key}
    return {"name": variable.name, "valueFrom": {"secretKeyRef": key}}


def _volume(volume: Volume) -> dict[str, Any]:
    return {"name": volume.name, volume.kind: volume.value.dump()}


def _resources(resources: Resources) -> dict[str, Any]:
    return {key: value for key, value in resources.dump().items() if value}


def _placement(settings: PodSettings) -> dict[str, Any]:
    """Return the fields that bear the same name in the spec and in the pod."""
    said: dict[str, Any] = {
        "nodeSelector": settings.node_selector,
        "tolerations": [toleration.dump() for toleration in settings.tolerations or ()],
        "serviceAccountName": settings.service_account_name,
        "priorityClassName": settings.priority_class_name,
        "runtimeClassName": settings.runtime_class_name,
        "imagePullSecrets": [{"name": name} for name in settings.image_pull_secrets or ()],
    }
    return {key: value for key, value in said.items() if value}
