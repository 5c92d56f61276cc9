"""What a kubelet does between a manifest and a process: variables, folders, names of peers.

Pure: from the manifest of a Job to the environment of one of its pods on this machine.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hone.api.quantity import amount
from hone.plan.manifests import GPU, Manifest
from hone.plan.names import INDEX

PROXIES = ("NO_PROXY", "no_proxy")
LOOPBACK = "127.0.0.1"
REFERENCE = re.compile(r"\$(\$|\(([^()]*)\))")
FREE = ("cpu", "memory", "ephemeral-storage")
"""Resources that every machine has; nothing enforces their limits here."""


@dataclass(frozen=True)
class Folders:
    """Where a pod's files are on this machine."""

    scratch: Path
    message: Path
    token: Path


def container(job: Manifest) -> dict[str, Any]:
    """Return the one container of the pods of a Job."""
    found: dict[str, Any] = job["spec"]["template"]["spec"]["containers"][0]
    return found


def foreign(job: Manifest) -> bool:
    """Say whether the pods run a program that is not ours, and leaves no report."""
    return bool(container(job).get("terminationMessagePolicy") == "FallbackToLogsOnError")


def expand(text: str, known: Mapping[str, str]) -> str:
    """Replace ``$(NAME)`` as the kubelet does: unknown names stay, ``$$`` is a plain ``$``."""

    def replaced(match: re.Match[str]) -> str:
        if match[1] == "$":
            return "$"
        return known.get(match[2], match[0])

    return REFERENCE.sub(replaced, text)


def missing(job: Manifest, around: Mapping[str, str], gpus: int) -> str:
    """Say what the pods need that this machine has not; empty where they can run."""
    limits = container(job).get("resources", {}).get("limits", {})
    for name, text in limits.items():
        if name not in FREE and (name != GPU or gpus < amount(text)):
            has = f"{gpus} {name}" if name == GPU and gpus else f"no {name}"
            return f"this machine has {has}; run it in a cluster or remove it from resources.limits"
    for volume in job["spec"]["template"]["spec"].get("volumes", ()):
        claim = volume.get("persistentVolumeClaim")
        if claim:
            said = f"this machine has no PersistentVolumeClaim {claim.get('claimName')!r}"
            return f"{said}; run it in a cluster or remove it from volumes"
    for variable in container(job).get("env", ()):
        secret = variable.get("valueFrom", {}).get("secretKeyRef")
        if secret and variable["name"] not in around:
            said = f"this machine has no Secret {secret['name']!r}"
            return f"{said}; set {variable['name']} in the environment of `hone run`"
    return ""


def environment(
    job: Manifest,
    pod: Mapping[str, Any],
    folders: Folders,
    around: Mapping[str, str],
    port_of: Callable[[str], int],
) -> dict[str, str]:
    """Return the variables of one pod: those around us, those of the manifest on top.

    Args:
        job: manifest of the Job.
        pod: the pod, for what the downward API asks.
        folders: its folders.
        around: variables of this machine.
        port_of: gives the loopback port that stands for a host name of a gang.
    """
    mounts = _mounts(job, folders.scratch)
    hosts = _hosts(job)
    said = {"JOB_COMPLETION_INDEX": pod["metadata"]["labels"][INDEX]}
    for variable in container(job).get("env", ()):
        name = variable["name"]
        origin = variable.get("valueFrom", {})
        if "fieldRef" in origin:
            value = downward(pod, origin["fieldRef"]["fieldPath"])
        elif "secretKeyRef" in origin:
            value = around[name]
        else:
            value = expand(variable.get("value", ""), said)
        if hosts is not None:
            value = hosts.sub(lambda match: f"{LOOPBACK}:{port_of(match[0])}", value)
        said[name] = mounts.get(value, value)
    ours = {
        "HONE_TERMINATION_LOG": str(folders.message),
        "HONE_TOKEN_FILE": str(folders.token),
        "TMPDIR": str(folders.scratch),
        # Modules beside the user's files must not pass for those of the trainer.
        **({} if foreign(job) else {"PYTHONSAFEPATH": "1"}),
        **{name: _with_loopback(around.get(name, "")) for name in PROXIES},
    }
    return {**around, **said, **ours}


def downward(pod: Mapping[str, Any], path: str) -> str:
    """Answer a ``fieldRef`` of the downward API."""
    keyed = re.fullmatch(r"metadata\.(labels|annotations)\['(.+)'\]", path)
    if keyed:
        return str(pod["metadata"].get(keyed[1], {}).get(keyed[2], ""))
    if path in ("status.podIP", "status.hostIP"):
        return LOOPBACK
    return str(pod["metadata"].get(path.removeprefix("metadata."), ""))


def mounted(
    volume: Mapping[str, Any], configs: Mapping[str, Manifest]
) -> Iterator[tuple[str, str]]:
    """Return path and content of each file of a volume made of a ConfigMap."""
    made = volume.get("configMap", {})
    for item in made.get("items", ()):
        yield f"{volume['name']}/{item['path']}", configs[made["name"]]["data"][item["key"]]


def _mounts(job: Manifest, scratch: Path) -> dict[str, str]:
    """Return the path on this machine of each empty folder, and of each file of a ConfigMap."""
    volumes = {each["name"]: each for each in job["spec"]["template"]["spec"].get("volumes", ())}
    found = {}
    for mount in container(job).get("volumeMounts", ()):
        name, path, volume = mount["name"], mount["mountPath"], volumes.get(mount["name"], {})
        if "emptyDir" in volume:
            found[path] = str(scratch / name)
        for item in volume.get("configMap", {}).get("items", ()):
            found[f"{path}/{item['path']}"] = str(scratch / name / item["path"])
    return found


def _hosts(job: Manifest) -> re.Pattern[str] | None:
    """Match the host names, with their port, of the gang's pods."""
    service = job["spec"]["template"]["spec"].get("subdomain")
    if service is None:
        return None
    where = re.escape(f".{service}.{job['metadata']['namespace']}.svc")
    return re.compile(rf"[a-z0-9][-a-z0-9]*{where}:[0-9]+")


def _with_loopback(text: str) -> str:
    """Keep posts to ourselves away from a proxy."""
    hosts = [each for each in text.split(",") if each]
    return ",".join([*hosts, *(h for h in (LOOPBACK, "localhost") if h not in hosts)])
