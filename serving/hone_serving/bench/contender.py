"""A server that is measured: a process of its own, whose processor time the kernel counts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from hone_serving.bench.load import posted
from hone_trainer.contract.assignment import StageFailure

ANSWERS = "answers at http://127.0.0.1:"


@dataclass(frozen=True)
class Contender:
    """A server at work."""

    name: str
    process: subprocess.Popen[bytes]
    port: int
    request: bytes
    """What it is asked, as bytes of HTTP."""

    def cpu(self) -> float | None:
        """Return the seconds of processor time that it has taken; None where nobody tells."""
        stat = Path(f"/proc/{self.process.pid}/stat")
        if not stat.exists():
            return None
        user, system = stat.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def process(command: Sequence[str], given: bytes = b"") -> Iterator[subprocess.Popen[bytes]]:
    """Run a program while the block runs."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as running:  # noqa: S603
        try:
            if running.stdin is not None:
                running.stdin.write(given)
                running.stdin.close()
            yield running
        finally:
            running.kill()


@contextmanager
def bundle(uri: str, name: str, rows: int) -> Iterator[Contender]:
    """Serve a bundle, which is asked for its own example.

    Args:
        uri: where it is.
        name: what it is called in the table.
        rows: how many a request holds.

    Raises:
        StageFailure: it cannot be served (BundleNotServed).
    """
    words = ("-m", "hone_serving", uri, "--host", "127.0.0.1", "--port", "0", "--name", "bench")
    with process([sys.executable, *words]) as running:
        port = _announced(running, uri)
        with urlopen(f"http://127.0.0.1:{port}/v2/models/bench") as answer:
            told = json.load(answer)
        yield Contender(name, running, port, posted("/v2/models/bench/infer", question(told, rows)))


@contextmanager
def bare(other: Contender, uri: str) -> Iterator[tuple[Contender, Contender]]:
    """Serve a handler that only listens, and a plain one that answers with a bundle.

    Args:
        other: a server of the same bundle, whose answer the first one repeats.
        uri: where the bundle is.
    """
    _, _, body = other.request.partition(b"\r\n\r\n")
    with urlopen(f"http://127.0.0.1:{other.port}/v2/models/bench/infer", body) as answer:
        said = answer.read()
    command = (sys.executable, "-m", "hone_serving.bench.bare")
    with process(command, said) as listening, process((*command, uri)) as answering:
        yield (
            Contender("HTTP alone", listening, _printed(listening), other.request),
            Contender("plain handler", answering, _printed(answering), other.request),
        )


def _printed(running: subprocess.Popen[bytes]) -> int:
    return int(running.stdout.readline()) if running.stdout is not None else 0


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


def _announced(running: subprocess.Popen[bytes], uri: str) -> int:
    assert running.stderr is not None  # noqa: S101
    said = ""
    for line in running.stderr:
        said = line.decode()
        if ANSWERS in said:
            return int(said.partition(ANSWERS)[2].partition("/")[0])
    raise StageFailure("BundleNotServed", f"{uri} cannot be served: {said.strip()}")
