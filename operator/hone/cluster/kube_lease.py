"""The lock of the election as a Lease of coordination.k8s.io."""

from datetime import UTC, datetime
from typing import Any

from hone.api import GROUP
from hone.cluster.kube_connection import Connection
from hone.cluster.lock import Holding
from hone.cluster.port import Gone

ADDRESS = f"{GROUP}/address"
"""Annotation of the Lease; its spec has no word for it."""
FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


class KubeLease:
    """A Lease, seen as a lock.

    Args:
        connection: the way to the API server.
        namespace: where the Lease is.
        name: its name.
    """

    def __init__(self, connection: Connection, namespace: str, name: str) -> None:
        self._api = connection
        self._meta = {"namespace": namespace, "name": name}
        self._folder = f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases"
        self._acquired = ""

    async def read(self) -> Holding | None:
        """Return what is stored."""
        try:
            return _holding(await self._api.call("GET", f"{self._folder}/{self._meta['name']}"))
        except Gone:
            return None

    async def write(self, holding: Holding) -> Holding:
        """Store it, if the record is still the one that was read."""
        now = datetime.now(UTC).strftime(FORMAT)
        if not holding.version or not self._acquired:
            self._acquired = now
        spec: dict[str, Any] = {
            "holderIdentity": holding.holder,
            "leaseDurationSeconds": holding.seconds,
            "leaseTransitions": holding.transitions,
            "acquireTime": self._acquired,
            "renewTime": now,
        }
        body: dict[str, Any] = {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {**self._meta, "annotations": {ADDRESS: holding.address}},
            "spec": spec,
        }
        if not holding.version:
            return _holding(await self._api.call("POST", self._folder, body=body))
        body["metadata"]["resourceVersion"] = holding.version
        path = f"{self._folder}/{self._meta['name']}"
        return _holding(await self._api.call("PUT", path, body=body))


def _holding(raw: dict[str, Any]) -> Holding:
    spec = raw.get("spec") or {}
    return Holding(
        holder=spec.get("holderIdentity") or "",
        seconds=spec.get("leaseDurationSeconds") or 0,
        address=(raw["metadata"].get("annotations") or {}).get(ADDRESS, ""),
        transitions=spec.get("leaseTransitions") or 0,
        version=raw["metadata"]["resourceVersion"],
    )
