"""MLflow's own server, and what it knows, as its users would ask."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from lab import clients, patience, probes, processes

CALM = {
    "DO_NOT_TRACK": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
}
"""No word to its makers, and none of the jobs that need half of machine learning."""


@contextmanager
def serving(folder: Path, *words: str) -> Iterator[str]:
    """Run a server while the block runs; give its address."""
    (port,) = probes.free_ports(1)
    address = f"http://127.0.0.1:{port}"
    program = [str(clients.python("mlflow")), "-m", "mlflow", "server", "--host", "127.0.0.1"]
    kept = ["--backend-store-uri", f"sqlite:///{folder}/runs.db", *words]
    command = [*program, "--port", str(port), "--workers", "1", *kept]
    server = processes.start("mlflow", command, folder, os.environ | CALM)

    def ready() -> bool:
        with urlopen(f"{address}/health", timeout=patience.seconds(5)) as answer:
            return bool(answer.status == 200)

    try:
        server.await_ready(ready, 120)
        yield address
    finally:
        os.killpg(server.process.pid, signal.SIGKILL)  # it has children, which it leaves behind
        server.process.wait()


def asked(address: str, path: str, **said: Any) -> dict[str, Any]:
    """Ask it by its API."""
    request = Request(
        f"{address}/api/2.0/mlflow/{path}",
        json.dumps(said).encode() if said else None,
        {"Content-Type": "application/json"},
    )
    with urlopen(request, timeout=patience.seconds(30)) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def experiment(address: str, name: str) -> str:
    """Give the number of an experiment."""
    found = asked(address, f"experiments/get-by-name?experiment_name={name}")
    return str(found["experiment"]["experiment_id"])


def runs(address: str, name: str) -> list[dict[str, Any]]:
    """Give the runs of an experiment."""
    found = asked(address, "runs/search", experiment_ids=[experiment(address, name)])
    return list(found.get("runs", []))


def pairs(run: dict[str, Any], what: str) -> dict[str, Any]:
    """Give params, metrics or tags of a run, by key."""
    return {each["key"]: each["value"] for each in run["data"].get(what, [])}
