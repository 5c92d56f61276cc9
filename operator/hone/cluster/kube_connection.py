"""The way to the API server: JSON in, JSON out, and every fault as the port names it.

One call serves all kinds of objects. The typed classes of the client would parse each pod seven
times slower than plain JSON, and the loop reads plain objects anyway.
"""

import json
import re
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

import aiohttp
from kubernetes.aio import config
from kubernetes.aio.client import ApiClient, Configuration

from hone import __version__
from hone.cluster.port import Conflict, Gone, Invalid, Refused, Unavailable

TIMEOUT = aiohttp.ClientTimeout(total=30.0, connect=5.0)
"""A pass makes a handful of calls one after the other; none of them may hang it."""

MERGE = "application/merge-patch+json"
INVALID = (400, 413, 422)
"""Not understood, too large, against the schema or a validation rule."""
UNAUTHORIZED = re.compile(r'User "[^"]*" cannot \w+ resource "')
"""How RBAC says no: the operator lacks a right, which is not the job's fault."""


class Connection:
    """A pool of connections to one API server."""

    def __init__(self, configuration: Any, namespace: str = "default") -> None:
        self.namespace = namespace
        """Where whoever connects works, if nothing else is said."""
        self._configuration = configuration
        self._client = ApiClient(configuration)
        self._client.user_agent = f"hone-operator/{__version__}"

    @classmethod
    async def open(cls, kubeconfig: str | None = None) -> Self:
        """Connect as the kubeconfig says, or as the pod that this runs in.

        Raises:
            Unavailable: there is neither a kubeconfig nor a service account.
        """
        configuration = Configuration()
        context: dict[str, Any] = {}
        try:
            if kubeconfig:
                loader = await config.load_kube_config(
                    kubeconfig, client_configuration=configuration
                )
                context = loader.current_context.get("context") or {}
            else:
                config.load_incluster_config(configuration)
        except (config.ConfigException, OSError) as error:
            raise Unavailable(
                f"no way to the API server: {str(error).rstrip('.')}; run in a pod with a service"
                " account, or set KUBECONFIG"
            ) from error
        return cls(configuration, context.get("namespace") or "default")

    async def __aenter__(self) -> Self:
        """Return the connection."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        await self.close()

    async def close(self) -> None:
        """Close every socket."""
        await self._client.close()

    async def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        content_type: str = "application/json",
        accept: str = "application/json",
    ) -> dict[str, Any]:
        """Make one request and give the JSON of its answer.

        Raises:
            Conflict: 409.
            Gone: 404.
            Refused: the request is understood and not accepted; Invalid where none like it is.
            Unavailable: the server, the way to it, or our own rights fail for now.
        """
        if query:
            path = f"{path}?{urlencode(query)}"
        headers = {"Accept": accept, "Content-Type": content_type}
        prepared = await self._client.param_serialize(
            method, path, header_params=headers, body=body, auth_settings=["BearerToken"]
        )
        try:
            answer = await self._client.call_api(*prepared, _request_timeout=TIMEOUT)
            text = await answer.read()
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unavailable(f"{method} {path}: {type(error).__name__} {error}") from error
        if answer.status >= 300:
            raise fault(answer.status, text)
        found: dict[str, Any] = json.loads(text)
        return found

    async def credentials(self) -> dict[str, Any]:
        """Return what another client of the same server needs, in kopf's words; read afresh."""
        known = self._configuration
        header = (await known.auth_settings()).get("BearerToken", {}).get("value") or ""
        return {
            "server": known.host,
            "ca_path": known.ssl_ca_cert,
            "insecure": not known.verify_ssl,
            "scheme": "Bearer" if header else None,
            "token": header.split(" ", 1)[-1] or None,
            "certificate_path": known.cert_file,
            "private_key_path": known.key_file,
        }


def fault(status: int, text: bytes) -> Exception:
    """Return the exception for an answer that is not a success."""
    try:
        said = json.loads(text)
    except ValueError:
        said = {}
    message = str(said.get("message") or text[:200].decode(errors="replace") or f"HTTP {status}")
    if status == 409:
        return Conflict(message)
    causes = (said.get("details") or {}).get("causes") or ()
    if status == 404 or any(cause.get("reason") == "NamespaceTerminating" for cause in causes):
        return Gone(message)
    if status in (401, 408, 410, 429) or status >= 500 or UNAUTHORIZED.search(message):
        return Unavailable(message)
    return Invalid(message) if status in INVALID else Refused(message)
