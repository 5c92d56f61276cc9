"""`hone retry`: a failed job of a cluster, once more from the stage that failed.

All that it does is to raise ``spec.retry``, which `kubectl` and GitOps can as well.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from pydantic import ValidationError

from hone.api import API_VERSION, PLURAL
from hone.api.job import OptimizationJob
from hone.cluster.kube_connection import MERGE, Connection
from hone.cluster.port import Conflict, Gone, Key, Refused, Unavailable
from hone.plan import record
from hone.plan.refusal import explain
from hone.plan.retry import prospect

OK, WRONG = 0, 2


@dataclass(frozen=True)
class Request:
    """What the command line asks for."""

    name: str
    namespace: str | None = None
    around: Mapping[str, str] | None = None
    """Variables of this machine: where the kubeconfig is."""


def main(request: Request, out: TextIO, err: TextIO) -> int:
    """Ask for a failed job again; give the exit code."""
    try:
        told = asyncio.run(_retry(request))
    except Wrong as wrong:
        err.write(f"{wrong}\n")
        return WRONG
    out.write(f"{told}\n")
    return OK


class Wrong(Exception):
    """Nothing was asked for; the text says why."""


async def _retry(request: Request) -> str:
    try:
        async with await Connection.open(_kubeconfig(request.around or {})) as api:
            key = Key(request.namespace or api.namespace, request.name)
            return await _ask(api, key)
    except Unavailable as error:
        local = "what failed under `hone run` is tried again by the same `hone run`"
        raise Wrong(f"the cluster does not answer: {error}; {local}") from None


async def _ask(api: Connection, key: Key) -> str:
    path = f"/apis/{API_VERSION}/namespaces/{key.namespace}/{PLURAL}/{key.name}"
    try:
        raw = await api.call("GET", path)
        found = prospect(*_read(key, raw))
        if found.number is None:
            raise Wrong(f"{key} {found.message}")
        body = {
            "metadata": {"resourceVersion": raw["metadata"]["resourceVersion"]},
            "spec": {"retry": found.number},
        }
        await api.call("PATCH", path, body=body, content_type=MERGE)
    except Gone:
        where = f"there is no OptimizationJob {key.name} in namespace {key.namespace}"
        raise Wrong(f"{where}; name its namespace with -n") from None
    except Conflict:
        raise Wrong(f"{key} was changed at this very moment; ask again") from None
    except Refused as refused:
        raise Wrong(f"the cluster refused it: {refused}") from None
    return f"{key} {found.message}"


def _read(key: Key, raw: dict[str, Any]) -> tuple[OptimizationJob, Any]:
    found = record.read(raw)
    try:
        job = OptimizationJob.read(raw)
    except ValidationError as error:
        raise Wrong(f"{key} has a spec that this version does not know: {explain(error)}") from None
    if found.fault:
        raise Wrong(f"{key} has a status that this version does not know: {found.fault}")
    return job, found.status


def _kubeconfig(around: Mapping[str, str]) -> str | None:
    """Return the file that kubectl would take; None for the account of the pod we run in."""
    home = Path(around.get("HOME", "~")).expanduser() / ".kube" / "config"
    return around.get("KUBECONFIG") or (str(home) if home.is_file() else None)
