"""Volumes and their mounts, which Hone writes as one: a claim or an empty folder, and where."""

from collections.abc import Iterator
from typing import Any

from hone.api.volumes import PLACES
from hone.migrate.losses import OTHER_VOLUME, VOLUMES
from hone.migrate.notes import STAGE, Note, changed, check, dropped
from hone.migrate.reading import Share, named, pairs

Volume = dict[str, Any]

SCRATCH = PLACES["scratch"]
MOUNT = {
    "readOnly": "it is mounted for reading and writing; where nothing may write, give the claim "
    "the access mode ReadOnlyMany",
    "recursiveReadOnly": "it is mounted for reading and writing",
    "mountPropagation": "what the node mounts into it later is not seen",
}


def volumes(declared: Any, mounts: Any, pod: str, container: str) -> Share:
    """Return ``volumes`` of a stage.

    Args:
        declared: ``volumes`` of the pod.
        mounts: ``volumeMounts`` of its container.
        pod: path of the pod's spec.
        container: path of the container.
    """
    kinds: dict[str, Volume] = {}
    notes: list[Note] = []
    known = named(declared, f"{pod}.volumes")
    for place, entry in known:
        kind, said = _kind(entry, place)
        notes += said
        if kind:
            kinds[entry["name"]] = kind
    kept: list[Volume] = []
    used: set[str] = set()
    for place, mount in named(mounts, f"{container}.volumeMounts"):
        if mount["name"] in kinds:
            found, said = _mounted(mount, kinds[mount["name"]], place, kept)
            kept += found
            notes += said
            used |= {mount["name"]} if found else set()
        else:
            notes.append(dropped(place, "its volume does not come along: see there"))
    notes += [
        dropped(place, "no mount of it comes along")
        for place, entry in known
        if entry["name"] not in used and entry["name"] in kinds
    ]
    return Share({"volumes": kept} if kept else {}, tuple(notes))


def _kind(entry: Volume, place: str) -> tuple[Volume | None, list[Note]]:
    """Return what a volume is made of; nothing where Hone has no word for it."""
    kind = next((key for key in entry if key != "name"), "emptyDir")
    about = pairs(entry.get(kind), f"{place}.{kind}")
    words = {"persistentVolumeClaim": ("claimName",), "emptyDir": ("sizeLimit", "medium")}
    if kind not in words:
        return None, [dropped(place, VOLUMES.get(kind, OTHER_VOLUME))]
    notes = [
        dropped(f"{place}.{kind}.{key}", MOUNT.get(key, "unknown to such a volume"))
        for key in about
        if key not in words[kind]
    ]
    if about.get("medium") not in (None, "", "Memory"):
        path = f"{place}.emptyDir.medium"
        notes.append(dropped(path, "Memory is the only medium besides the node's disk"))
        del about["medium"]
    kept = {key: about[key] for key in words[kind] if about.get(key) not in (None, "")}
    if "sizeLimit" in kept:
        kept["sizeLimit"] = str(kept["sizeLimit"])
    return {kind: kept}, notes


def _mounted(
    mount: Volume, kind: Volume, place: str, others: list[Volume]
) -> tuple[list[Volume], list[Note]]:
    path = str(mount.get("mountPath", "")).rstrip("/") or "/"
    if path == SCRATCH and "emptyDir" in kind:
        text = "every pod has an empty folder at /tmp"
        return [], [changed(place, SCRATCH, text)]
    name, notes = _free(mount["name"], place, others, shared="persistentVolumeClaim" in kind)
    notes += _unkept(mount, place)
    if path == SCRATCH:
        text = "Hone has its own empty folder at /tmp: mount the claim elsewhere"
        return [], [*notes, dropped(place, text)]
    return [{"name": name, "mountPath": mount.get("mountPath"), **kind}], notes


def _free(name: str, place: str, others: list[Volume], *, shared: bool) -> tuple[str, list[Note]]:
    """Return a name that no volume has yet: a volume that is mounted twice becomes two."""
    names = {*PLACES, *(each["name"] for each in others)}
    if name not in names:
        return name, []
    free = next(f"{name}-{number}" for number in range(2, 1000) if f"{name}-{number}" not in names)
    if name in PLACES:
        text = "the name is that of a volume of Hone's own"
    elif shared:
        text = "a volume has one place here, so the claim is named twice"
    else:
        text = "a volume has one place here, so this is another empty folder: use one path"
        return free, [check(place, text, f"{STAGE}.volumes[{free}]")]
    return free, [changed(place, f"{STAGE}.volumes[{free}]", text)]


def _unkept(mount: Volume, place: str) -> Iterator[Note]:
    for key, value in mount.items():
        if key in ("name", "mountPath") or value in (None, "", False):
            continue
        if key in ("subPath", "subPathExpr"):
            text = (
                "the whole volume appears at mountPath: lengthen the paths that the code reads and "
                "writes by this folder"
            )
            yield dropped(f"{place}.{key}", text)
        else:
            yield dropped(f"{place}.{key}", MOUNT.get(key, "unknown to a mount"))
