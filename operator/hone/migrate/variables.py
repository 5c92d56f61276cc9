"""Environment variables of a container: plain ones and keys of Secrets come along."""

import re
from typing import Any

from hone.migrate.notes import Note, check, dropped
from hone.migrate.reading import Share, entries, named, pairs
from hone_trainer.contract.patterns import VARIABLE_PATTERN

OURS = ("TF_CONFIG", "TF_TASK_INDEX")
"""What Hone sets itself: another value would take the pods of a gang apart."""
PREFIX = "HONE_"
SENSITIVE = re.compile(r"PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|(ACCESS|API|PRIVATE)_?KEY")
"""Names of variables whose values should not be in plain sight."""
FIELDS = {
    "metadata.name": "HONE_ROLE and HONE_INDEX name a pod, in commands too: $(HONE_INDEX)",
    "metadata.namespace": "HONE_NAMESPACE has it",
    "metadata.uid": "HONE_JOB, HONE_ROLE, HONE_INDEX and HONE_ATTEMPT together tell pods apart",
}
OTHER_FIELD = "a pod knows its place from HONE_JOB, HONE_ROLE and HONE_INDEX; write a fixed value"
SOURCES = {
    "configMapKeyRef": "write its value here",
    "resourceFieldRef": "write its value here; it is the one under resources",
    "fileKeyRef": "write its value here",
}


def variables(raw: Any, path: str) -> Share:
    """Return ``env``."""
    kept: list[dict[str, Any]] = []
    notes: list[Note] = []
    for place, entry in named(raw, path):
        name = entry["name"]
        if name in OURS or name.startswith(PREFIX):
            notes.append(dropped(place, f"{name} is set by Hone"))
        elif not re.match(VARIABLE_PATTERN, name):
            remedy = "use letters, digits and underscores in its name, with no digit first"
            notes.append(dropped(place, f"no name for a variable here: {remedy}"))
        else:
            found, said = _variable(entry, place)
            kept += found
            notes += said
    return Share({"env": kept} if kept else {}, tuple(notes))


def whole_sources(raw: Any, path: str) -> Share:
    """Say what to do about ``envFrom``, which has no counterpart."""
    notes = []
    for number, each in enumerate(entries(raw, path)):
        kind = "secretRef" if "secretRef" in pairs(each, f"{path}[{number}]") else "configMapRef"
        remedy = {
            "secretRef": "list each key that is used under env, by secretKey",
            "configMapRef": "list each variable that is used under env, by value",
        }[kind]
        notes.append(dropped(f"{path}[{number}]", f"{remedy}; without it the pods lack them"))
    return Share(notes=tuple(notes))


def _variable(entry: dict[str, Any], place: str) -> tuple[list[dict[str, Any]], list[Note]]:
    name = entry["name"]
    notes = [
        dropped(f"{place}.{key}", "unknown to a variable")
        for key in entry
        if key not in ("name", "value", "valueFrom")
    ]
    origin = pairs(entry.get("valueFrom"), f"{place}.valueFrom")
    if not origin:
        value = entry.get("value")
        if value and SENSITIVE.search(name.upper()):
            advice = "whoever can read the job can read it: put it into a Secret, and use secretKey"
            notes.append(check(place, advice))
        return [{"name": name, "value": "" if value is None else value}], notes
    if "secretKeyRef" not in origin:
        return [], [*notes, dropped(f"{place}.valueFrom", _remedy(origin, place))]
    path = f"{place}.valueFrom.secretKeyRef"
    key = pairs(origin["secretKeyRef"], path)
    if key.get("optional"):
        text = "pods start only once the Secret has the key"
        notes.append(dropped(f"{path}.optional", text))
    return [{"name": name, "secretKey": {k: key.get(k) for k in ("name", "key")}}], notes


def _remedy(origin: dict[str, Any], place: str) -> str:
    """Say how else to come by a value."""
    if "fieldRef" in origin:
        field = pairs(origin["fieldRef"], f"{place}.valueFrom.fieldRef").get("fieldPath")
        return FIELDS.get(str(field), OTHER_FIELD)
    kind = next(iter(origin))
    return SOURCES.get(kind, "write a fixed value here")
