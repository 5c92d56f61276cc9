"""A container's share of a stage: its image and resources, and what it runs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hone.migrate.losses import CONTAINER
from hone.migrate.notes import STAGE, Note, changed, check, dropped
from hone.migrate.reading import (
    CannotConvert,
    Rule,
    Share,
    entries,
    fold,
    named,
    pairs,
    same,
    silent,
)
from hone.migrate.variables import OURS, variables, whole_sources

NAME = "tensorflow"
"""What a TFJob calls the container that trains."""
PORT_NAME = "tfjob-port"
IN_FOLDER = ("sh", "-c", 'cd "$0" && exec "$@"')
"""Runs a command in a folder: the folder is the first word behind it, the command the rest."""
REFERENCE = re.compile(r"(?<!\$)\$\(([A-Za-z_][\w.-]*)\)")
"""A variable that the kubelet fills in; $$ stands for a plain $."""


@dataclass(frozen=True)
class Program:
    """What a container runs, and where it listens."""

    command: tuple[Any, ...]
    args: tuple[Any, ...]
    port: int | None
    """Where TensorFlow listens, if the container says so."""


def chosen(pod: dict[str, Any], path: str) -> tuple[str, dict[str, Any]]:
    """Return the container that trains, and its path: by its name, or because there is no other.

    Raises:
        CannotConvert: there is none, or nobody can tell which.
    """
    found = named(pod.get("containers"), f"{path}.containers")
    if not found:
        raise CannotConvert(f"{path}.containers: missing; describe the container that trains")
    mine = [each for each in found if each[1]["name"] == NAME]
    if not mine and len(found) > 1:
        raise CannotConvert(
            f"{path}.containers: none of several is called {NAME}; give that name to the one that "
            "trains"
        )
    place, container = (mine or found)[0]
    if not container.get("image"):
        raise CannotConvert(f"{place}.image: missing; name the image that the container runs")
    return place, container


def settings(container: dict[str, Any], place: str) -> Share:
    """Return what Hone has words for beside a stage's command."""
    share = fold(container, place, RULES, CONTAINER)
    return share + Share(notes=tuple(_unfilled(container, share, place)))


def program(
    container: dict[str, Any], place: str, default: tuple[str, ...] | None
) -> tuple[Program, tuple[Note, ...]]:
    """Return what the container runs.

    Args:
        container: as the TFJob has it.
        place: its path.
        default: for containers that leave this to their image; empty where that has no entry point,
            None where nobody says.

    Raises:
        CannotConvert: it is left to the image, and there is no default.
    """
    port, notes = _port(container.get("ports"), f"{place}.ports")
    command = entries(container.get("command"), f"{place}.command")
    args = entries(container.get("args"), f"{place}.args")
    became = f"{STAGE}.custom.command"
    if not command and default:
        command = default
        text = "the image's ENTRYPOINT is not used; this is what --command says"
        notes += (changed(f"{place}.command", became, text),)
    elif not command and args and default is not None:
        command, args = args, ()
        text = "the image has no ENTRYPOINT, as --command '' says: they are the command"
        notes += (changed(f"{place}.args", became, text),)
    elif not command:
        raise CannotConvert(_unknown(place, bool(args)))
    if folder := container.get("workingDir"):
        text = "a stage has no working directory: a shell, which the image must have, goes there"
        notes += (changed(f"{place}.workingDir", became, text),)
        command = (*IN_FOLDER, folder, *command)
    return Program(command, args, port), notes


def _unknown(place: str, args: bool) -> str:
    """Say how to find out what the container runs."""
    none = "; where it shows null, the args are the command: say --command ''" if args else ""
    return (
        f"{place}.command: missing: the image's own ENTRYPOINT is not known here; write it as the "
        "command, or say --command 'python /app/train.py' "
        f"(docker inspect --format '{{{{json .Config.Entrypoint}}}}' IMAGE shows it{none})"
    )


def _unfilled(container: dict[str, Any], share: Share, place: str) -> Iterator[Note]:
    """Find variables in the command that do not come along."""
    kept = {each["name"] for each in share.settings.get("env", ())} | set(OURS)
    for key in ("command", "args"):
        words = entries(container.get(key), f"{place}.{key}")
        for name in sorted(
            {name for word in words for name in REFERENCE.findall(str(word))} - kept
        ):
            yield check(f"{place}.{key}", f"$({name}) is filled in only with {name} under env")


def _port(raw: Any, path: str) -> tuple[int | None, tuple[Note, ...]]:
    """Return the port of TensorFlow's servers, and notes on the others."""
    port: int | None = None
    notes: list[Note] = []
    for number, each in enumerate(entries(raw, path)):
        about = pairs(each, f"{path}[{number}]")
        if about.get("name") == PORT_NAME:
            port = about.get("containerPort")
            extra = [key for key in about if key not in ("name", "containerPort", "protocol")]
            text = "pods take no ports of their node"
            notes += [dropped(f"{path}[{number}].{key}", text) for key in extra]
        else:
            text = (
                "the port is open without being listed; only a Service or policy may have used it"
            )
            notes.append(dropped(f"{path}[{number}]", text))
    return port, tuple(notes)


def _resources(value: Any, path: str) -> Share:
    found = pairs(value, path)
    kept = {
        key: {name: str(amount) for name, amount in pairs(found[key], f"{path}.{key}").items()}
        for key in ("limits", "requests")
        if found.get(key)
    }
    text = "ask for devices by resources.limits, such as nvidia.com/gpu"
    notes = tuple(dropped(f"{path}.{key}", text) for key in found if key not in kept and found[key])
    return Share({"resources": kept} if kept else {}, notes)


RULES: dict[str, Rule] = {
    "name": silent,
    "image": same("image"),
    "imagePullPolicy": same("imagePullPolicy"),
    "command": silent,
    "args": silent,
    "workingDir": silent,
    "ports": silent,
    "volumeMounts": silent,
    "securityContext": silent,
    "resources": _resources,
    "env": variables,
    "envFrom": whole_sources,
}
