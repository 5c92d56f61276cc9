"""What the API server offers us: is our kind there, and may we do what we have to do."""

from hone.api import API_VERSION, PLURAL
from hone.cluster.kube_connection import Connection
from hone.cluster.port import Gone

REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


class KubeAccess:
    """Answers about our own rights.

    Args:
        connection: the way to the API server.
    """

    def __init__(self, connection: Connection) -> None:
        self._api = connection

    async def serves_jobs(self) -> bool:
        """Say whether OptimizationJobs exist here, in the version that we speak."""
        try:
            found = await self._api.call("GET", f"/apis/{API_VERSION}")
        except Gone:
            return False
        names = {resource["name"] for resource in found.get("resources") or ()}
        return {PLURAL, f"{PLURAL}/status"} <= names

    async def allows(self, verb: str, group: str, resource: str, namespace: str | None) -> bool:
        """Say whether we may do this.

        Args:
            verb: such as get or patch.
            group: API group; empty for the core one.
            resource: plural, with a slash before a subresource.
            namespace: where; None for everywhere.
        """
        plural, _, sub = resource.partition("/")
        asked = {"verb": verb, "group": group, "resource": plural, "subresource": sub}
        body = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": asked | ({"namespace": namespace} if namespace else {})},
        }
        answer = await self._api.call("POST", REVIEWS, body=body)
        return bool((answer.get("status") or {}).get("allowed"))
