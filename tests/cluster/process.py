"""The operator as its own process against a real API server, with no more rights than it needs."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from hone.control.preflight import NEEDS
from lab import patience
from lab.apiserver import Cluster
from lab.probes import free_ports
from tests.cluster.real import until

USER = "hone-operator"


def login(server: Cluster) -> Path:
    """Return a kubeconfig of a user who may do what the preflight asks for, and nothing more."""
    assert server.plane
    rules = [
        {"apiGroups": [n.group], "resources": [n.resource], "verbs": list(n.verbs)} for n in NEEDS
    ]
    api, meta = "rbac.authorization.k8s.io/v1", {"name": USER}
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": USER}
    subject = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": USER}
    binding = {"kind": "ClusterRoleBinding", "roleRef": ref, "subjects": [subject]}
    for each in ({"kind": "ClusterRole", "rules": rules}, binding):
        text = json.dumps({"apiVersion": api, "metadata": meta, **each})
        server.kubectl("apply", "-f", "-", stdin=text)
    path = server.plane.folder / f"{USER}.kubeconfig"
    return path if path.exists() else server.plane.login(USER, USER)


@dataclass
class Process:
    """One operator."""

    process: asyncio.subprocess.Process
    port: int
    log: Path
    lines: list[str] = field(default_factory=list)

    async def ask(self, path: str) -> tuple[int, str]:
        """Ask its server; 0 where nobody answers."""
        return await ask(self.port, path)

    async def leads(self) -> bool:
        """Whether it is the one that acts."""
        return await self.ask("/readyz") == (200, "leading\n")

    async def stands_by(self) -> bool:
        """Whether it waits for its turn."""
        return await self.ask("/readyz") == (200, "standing by\n")

    async def ended(self, seconds: float) -> int:
        """Wait for its end, and give the exit code."""
        async with asyncio.timeout(patience.seconds(seconds)):
            return await self.process.wait()

    async def terminate(self, seconds: float = 15) -> int:
        """Ask it to stop, and give the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return await self.ended(seconds)

    async def kill(self) -> None:
        """End it with no time for anything."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()


async def ask(port: int, path: str, **post: object) -> tuple[int, str]:
    """Ask a server of this machine; 0 where nobody answers."""
    url = f"http://127.0.0.1:{port}{path}"
    try:
        async with aiohttp.ClientSession() as session:
            method = "POST" if post else "GET"
            async with session.request(method, url, **post) as answer:  # type: ignore[arg-type]
                return answer.status, await answer.text()
    except aiohttp.ClientError:
        return 0, ""


@asynccontextmanager
async def operator(kubeconfig: Path, log: Path, **variables: str) -> AsyncIterator[Process]:
    """Run an operator for the length of the block; whatever happens, it ends with it."""
    [port] = free_ports(1)
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "KUBECONFIG": str(kubeconfig),
        "HONE_LISTEN": f"127.0.0.1:{port}",
        "HONE_ARTIFACTS_URI": "s3://models/test",
        # The same for all: an operator that comes next would make other Jobs of another address.
        "HONE_PROGRESS_URL": "http://hone.test/v1/progress",
        "HONE_LEASE_SECONDS": "3",
        **variables,
    }
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hone", "operator", env=environ, stdout=output, stderr=output
        )
    made = Process(process, port, log)
    try:
        yield made
    finally:
        await made.kill()


@asynccontextmanager
async def leader(kubeconfig: Path, log: Path, **variables: str) -> AsyncIterator[Process]:
    """The same, once it leads."""
    async with operator(kubeconfig, log, **variables) as made:
        try:
            await until(made.leads)
        except TimeoutError:
            raise AssertionError(log.read_text()[-4000:]) from None
        yield made
