"""The replica specs of a TFJob: which roles there are, and what their pods have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hone.migrate import pods
from hone.migrate.containers import Program
from hone.migrate.notes import STAGE, Note, changed, dropped
from hone.migrate.policy import NEVER, RESTART, Policy
from hone.migrate.reading import CannotConvert, fold, pairs, silent

PATH = "spec.tfReplicaSpecs"
KNOWN = {
    "chief": "chief",
    "master": "chief",
    "worker": "worker",
    "ps": "ps",
    "evaluator": "evaluator",
}
"""Type of replica, in whatever case -> role of a pod."""
ORDER = ("chief", "worker", "ps", "evaluator")
PORT = 2222
"""Where the pods of both listen, where nothing is said."""
LEADING = ("chief", "worker")
"""One of them has to be there: its end is the job's."""


@dataclass(frozen=True)
class Role:
    """What is read of a replica spec."""

    name: str
    path: str
    replicas: Any
    policy: Policy
    settings: Mapping[str, Any]
    program: Program
    notes: tuple[Note, ...] = ()


def roles(raw: Any, command: tuple[str, ...] | None) -> tuple[tuple[Role, ...], tuple[Note, ...]]:
    """Read the replica specs; those without a pod are left out, with a note.

    Raises:
        CannotConvert: a role is unknown, is there twice, or none can lead.
    """
    specs = pairs(raw, PATH)
    if not specs:
        raise CannotConvert(
            f"{PATH}: missing; a TFJob of version v1 lists its pods there by Chief, Worker, PS and "
            "Evaluator"
        )
    found: dict[str, Role] = {}
    notes: list[Note] = []
    for key, value in specs.items():
        name = KNOWN.get(key.lower())
        if name is None:
            raise CannotConvert(f"{PATH}.{key}: unknown; write Chief, Worker, PS or Evaluator")
        spec = pairs(value, f"{PATH}.{key}")
        if spec.get("replicas") == 0:
            notes.append(dropped(f"{PATH}.{key}", "it has no replicas, so the role is left out"))
            continue
        if name in found:
            raise CannotConvert(f"{PATH}.{key}: the {name} is there twice; keep one of the two")
        found[name] = _role(name, spec, f"{PATH}.{key}", command)
        if key.lower() == "master":
            text = "the pod is called chief, in TF_CONFIG too: look for that name in the code"
            notes.append(changed(f"{PATH}.{key}", f"{STAGE}.custom.roles[chief]", text))
    if not set(LEADING) & set(found):
        raise CannotConvert(f"{PATH}: neither Chief nor Worker; add the one whose end is the job's")
    return tuple(found[name] for name in ORDER if name in found), tuple(notes)


def together(found: Sequence[Role]) -> dict[str, Any]:
    """Return the settings of a stage: what all roles say at its top, the rest under ``roles``."""
    first, *others = found
    shared = {
        key: value
        for key, value in first.settings.items()
        if all(key in each.settings and each.settings[key] == value for each in others)
    }
    own = [
        {"role": each.name, **{k: v for k, v in each.settings.items() if k not in shared}}
        for each in found
    ]
    differing = [each for each in own if len(each) > 1]
    return {**shared, "roles": differing} if differing else shared


def programs(found: Sequence[Role]) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """Return what a custom stage runs: what most roles run, and what the others do instead."""
    said = [each.program.port for each in found]
    port = said[0] or (PORT if PORT in said else None)
    ran = [(each.program.command, each.program.args) for each in found]
    command, args = max(ran, key=ran.count)
    listed = []
    notes: list[Note] = []
    for each in found:
        entry: dict[str, Any] = {"name": each.name, "replicas": each.replicas}
        entry |= _own(each.program, command, args)
        if (each.program.port or PORT) != (port or PORT):
            text = "a gang has one port: the leading role's"
            place = f"{each.path}.template.spec.containers"
            notes.append(changed(place, f"{STAGE}.custom.port", text))
        listed.append(entry)
    custom: dict[str, Any] = {"command": list(command)}
    if args:
        custom["args"] = list(args)
    custom["roles"] = listed
    return custom if port is None else {**custom, "port": port}, tuple(notes)


def _own(program: Program, command: tuple[Any, ...], args: tuple[Any, ...]) -> dict[str, Any]:
    """Return what a role says where it runs something else; a command brings its own arguments."""
    if program.command != command:
        own = {"command": list(program.command)}
        return {**own, "args": list(program.args)} if program.args else own
    return {"args": list(program.args)} if program.args != args else {}


def _role(name: str, spec: Mapping[str, Any], path: str, command: tuple[str, ...] | None) -> Role:
    word = str(spec.get("restartPolicy") or NEVER)
    if word not in RESTART:
        raise CannotConvert(f"{path}.restartPolicy: unknown; write {', '.join(RESTART)}")
    template = pods.read(spec.get("template"), f"{path}.template", command)
    own = ("replicas", "restartPolicy", "template")
    rest = fold(spec, path, dict.fromkeys(own, silent), {})
    count = spec.get("replicas")
    return Role(
        name,
        path,
        1 if count is None else count,
        Policy(name, f"{path}.restartPolicy", word),
        template.settings,
        template.program,
        template.notes + rest.notes,
    )
