"""Who a job is: names, labels and annotations, without what only the API server writes."""

import hashlib
import re
from typing import Any

from hone.api.job import NAME_LIMIT
from hone.migrate.notes import changed, dropped
from hone.migrate.reading import CannotConvert, Share, fold, pairs, silent

MACHINE = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
)
"""What the API server writes itself."""
APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
LOSSES = dict.fromkeys(MACHINE, "the API server writes it anew") | {
    "ownerReferences": "the owner would not know the new job: let it create that one itself",
    "finalizers": "nobody would take them off: Hone needs none",
}


def identity(raw: Any) -> Share:
    """Return ``metadata``.

    Raises:
        CannotConvert: the job has no name.
    """
    metadata = pairs(raw, "metadata")
    own = ("name", "generateName", "namespace", "labels", "annotations")
    share = _name(metadata)
    if namespace := metadata.get("namespace"):
        share += Share({"namespace": namespace})
    for key in ("labels", "annotations"):
        share += _texts(metadata, key)
    return share + fold(metadata, "metadata", dict.fromkeys(own, silent), LOSSES)


def fitting(name: str) -> str:
    """Return the name itself, or the nearest one that an OptimizationJob may have.

    Names that are too long end in a digest of the whole, so that two of them stay two.
    """
    plain = re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-")
    if not plain[:1].isalpha():
        plain = f"job-{plain}".rstrip("-")
    if len(plain) <= NAME_LIMIT:
        return plain
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{plain[: NAME_LIMIT - 9].rstrip('-')}-{digest}"


def _name(metadata: dict[str, Any]) -> Share:
    name = metadata.get("name")
    if name:
        found = fitting(str(name))
        text = (
            f"{found}, for names have at most {NAME_LIMIT} small letters, digits and hyphens, with "
            "a letter first"
        )
        share = Share({"name": found})
        if found != name:
            share += Share(notes=(changed("metadata.name", "metadata.name", text),))
        if "generateName" in metadata:
            share += Share(notes=(dropped("metadata.generateName", "the name counts"),))
        return share
    if prefix := metadata.get("generateName"):
        found = fitting(str(prefix))
        text = f"{found}: a job file names its job; rename it for each run"
        return Share({"name": found}, (changed("metadata.generateName", "metadata.name", text),))
    raise CannotConvert("metadata.name: missing; give the job a name")


def _texts(metadata: dict[str, Any], key: str) -> Share:
    found = pairs(metadata.get(key), f"metadata.{key}")
    kept = {name: text for name, text in found.items() if name != APPLIED}
    text = "kubectl writes it anew"
    notes = (dropped(f"metadata.{key}[{APPLIED}]", text),) if len(kept) < len(found) else ()
    return Share({key: kept} if kept else {}, notes)
