"""A server that is measured: a process of its own, whose processor time the kernel counts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from hone_serving import Runtime
from hone_serving.bench.load import posted
from hone_trainer.contract.assignment import StageFailure

ANSWERS = r"answers at http://127\.0\.0\.1:(\d+)/"
PRINTED = r"^(\d+)$"
LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Running:
    """A program at work, which writes into a file: nobody has to read along."""

    process: subprocess.Popen[bytes]
    log: Path

    def said(self, pattern: str) -> str:
        """Wait until it says something; return the first group.

        Raises:
            StageFailure: it ends before (BundleNotServed).
        """
        while True:
            ended = self.process.poll() is not None
            text = self.log.read_text(errors="replace")
            if found := re.search(pattern, text, re.MULTILINE):
                return found[1]
            if ended:
                last = (text.strip().splitlines() or ["it said nothing"])[-1]
                raise StageFailure("BundleNotServed", f"it cannot be served: {last}")
            time.sleep(LOOK_SECONDS)


@dataclass(frozen=True)
class Contender:
    """A server that takes part."""

    name: str
    running: Running
    port: int
    request: bytes
    """What it is asked, as bytes of HTTP."""

    def cpu(self) -> float | None:
        """Return the seconds of processor time that it has taken; None where nobody tells."""
        stat = Path(f"/proc/{self.running.process.pid}/stat")
        if not stat.exists():
            return None
        user, system = stat.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def program(command: Sequence[str], given: bytes = b"") -> Iterator[Running]:
    """Run a program while the block runs.

    Args:
        command: the program and its arguments.
        given: what it reads.
    """
    with tempfile.NamedTemporaryFile(prefix="hone-bench-") as log:
        running = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            if running.stdin is not None:
                running.stdin.write(given)
                running.stdin.close()
            yield Running(running, Path(log.name))
        finally:
            running.kill()
            running.wait()


@contextmanager
def bundle(uri: str, name: str, rows: int, runtime: Runtime = "litert") -> Iterator[Contender]:
    """Serve a bundle, which is asked for its own example.

    Args:
        uri: where it is.
        name: what it is called in the table.
        rows: how many a request holds.
        runtime: what runs its graph.

    Raises:
        StageFailure: it cannot be served (BundleNotServed).
    """
    listens = ("--host", "127.0.0.1", "--port", "0", "--name", "bench")
    words = ("-m", "hone_serving", uri, *listens, "--runtime", runtime)
    with program([sys.executable, *words]) as running:
        port = int(running.said(ANSWERS))
        with urlopen(f"http://127.0.0.1:{port}/v2/models/bench") as answer:
            told = json.load(answer)
        yield Contender(name, running, port, posted("/v2/models/bench/infer", question(told, rows)))


@contextmanager
def bare(
    other: Contender, uri: str, runtime: Runtime = "litert"
) -> Iterator[tuple[Contender, Contender]]:
    """Serve a handler that only listens, and a plain one that answers with a bundle.

    Args:
        other: a server of the same bundle, whose answer the first one repeats.
        uri: where the bundle is.
        runtime: what runs the graph of the plain one.
    """
    _, _, body = other.request.partition(b"\r\n\r\n")
    with urlopen(f"http://127.0.0.1:{other.port}/v2/models/bench/infer", body) as answer:
        said = answer.read()
    command = (sys.executable, "-m", "hone_serving.bench.bare")
    with program(command, said) as listening, program((*command, uri, runtime)) as answering:
        yield (
            Contender("HTTP alone", listening, int(listening.said(PRINTED)), other.request),
            Contender("plain handler", answering, int(answering.said(PRINTED)), other.request),
        )


def question(about: dict[str, object], rows: int) -> bytes:
    """Return the body of a request for a model's own example, as its metadata have it."""
    example = about["parameters"]["example"]  # type: ignore[index]
    inputs = []
    for each in about["inputs"]:  # type: ignore[attr-defined]
        if each["name"] not in example:
            continue
        value = example[each["name"]]
        shape = [rows, len(value)] if len(each["shape"]) == 2 else [rows]
        kind = {"name": each["name"], "datatype": each["datatype"], "shape": shape}
        inputs.append({**kind, "data": [value] * rows})
    return json.dumps({"inputs": inputs}).encode()
