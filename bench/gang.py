"""Gangs of this machine: one process per pod, over the loopback."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.clicks import context
from hone_trainer.contract.assignment import Report, Source
from lab import probes


def run(command: list[str], size: int, environ: dict[str, str]) -> list[str]:
    """Run a command as every worker of a gang; give what each one printed.

    Raises:
        RuntimeError: one of them failed; says what it printed.
    """
    hosts = [f"127.0.0.1:{port}" for port in probes.free_ports(size)]
    started = []
    for index in range(size):
        config = {"cluster": {"worker": hosts}, "task": {"type": "worker", "index": index}}
        alone = {} if size == 1 else {"TF_CONFIG": json.dumps(config)}
        log = tempfile.TemporaryFile("w+")
        said = environ.get("SAID", tempfile.gettempdir() + "/said-") + str(index)
        words = {**os.environ, **environ, **alone, "HONE_TERMINATION_LOG": said}
        process = subprocess.Popen(command, env=words, stdout=log, stderr=subprocess.STDOUT)
        started.append((process, log))
    texts = []
    for process, log in started:
        code = process.wait()
        log.seek(0)
        texts.append(log.read())
        if code:
            raise RuntimeError(f"{command[:4]} ended with {code}:\n{texts[-1][-2000:]}")
    return texts


def train(folder: Path, source: Source, size: int, **words: Any) -> dict[str, Any]:
    """Run Hone's train stage on so many workers; give the facts of its manifest."""
    strategy = {"multiWorkerMirrored": {"workers": size}} if size > 1 else {"singleDevice": {}}
    stage = {"model": {"recommendation": {"lstm": {}}}, "strategy": strategy, **words}
    ctx = context(folder, "train", {"train": stage}, (source,))
    said = str(folder / "said-")
    task = json.dumps(ctx.task.dump())
    command = [sys.executable, "-m", "hone_trainer"]
    run(command, size, {"HONE_TASK": task, "SAID": said})
    report = Report.model_validate_json(Path(said + "0").read_text())
    assert report.manifest is not None
    facts: dict[str, Any] = json.loads(Path(report.manifest.uri).read_text())["facts"]
    return facts
