"""At which version everything is: a list of metadata for each kind, whatever else is in them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from hone.api import API_VERSION, PLURAL
from hone.cluster.kube_connection import Connection
from hone.cluster.port import Key, Mark
from hone.plan.names import JOB, UID

METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
PAGE = 500
"""Objects of one answer: some hundred kilobytes."""
CHILDREN = ("apis/batch/v1/{}jobs", "api/v1/{}services", "api/v1/{}pods")

Raw = Mapping[str, Any]


def mark(objects: Iterable[Raw]) -> Mark:
    """Return the mark of a job as it was read: it and its children, in any order."""
    metas = (each["metadata"] for each in objects)
    return hash(frozenset((meta["uid"], meta["resourceVersion"]) for meta in metas))


async def marks(api: Connection, namespace: str | None) -> dict[Key, Mark]:
    """Return the marks of all jobs of one namespace, or of all.

    Raises:
        Unavailable: the API server does not answer.
    """
    where = f"namespaces/{namespace}/" if namespace else ""
    jobs = await _list(api, f"/apis/{API_VERSION}/{where}{PLURAL}", {})
    families: dict[tuple[str, str], list[Raw]] = defaultdict(list)
    for path in CHILDREN:
        for child in await _list(api, f"/{path.format(where)}", {"labelSelector": JOB}):
            meta = child["metadata"]
            families[meta["namespace"], meta["labels"].get(UID, "")].append(child)
    found = {}
    for job in jobs:
        meta = job["metadata"]
        if "deletionTimestamp" not in meta:
            family = families.get((meta["namespace"], meta["uid"]), [])
            found[Key(meta["namespace"], meta["name"])] = mark([job, *family])
    return found


async def _list(api: Connection, path: str, query: dict[str, str]) -> list[Raw]:
    found: list[Raw] = []
    query = {**query, "limit": str(PAGE)}
    while True:
        page = await api.call("GET", path, query=query, accept=METADATA)
        found += page.get("items") or ()
        following = (page.get("metadata") or {}).get("continue")
        if not following:
            return found
        query["continue"] = following
