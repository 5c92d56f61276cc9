"""A server as a process of its own, with the model in memory behind it."""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hone_serving.server.life import serve
from hone_serving.server.options import Options, add_words
from lab import patience
from tests.serving.shop import DESCRIPTION, Shop

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Running:
    """A server that runs."""

    process: subprocess.Popen[str]
    port: int

    @property
    def memory(self) -> int:
        """Bytes of it that are in memory."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def wait(self) -> tuple[int, str]:
        """Wait for its end; give the exit code and what it said last."""
        said, _ = self.process.communicate(timeout=patience.seconds(60))
        return self.process.returncode, said


@contextmanager
def running(*words: str) -> Iterator[Running]:
    """Run a server with these words while the block runs."""
    command = [sys.executable, "-m", "tests.serving.process", "none", "--port", "0", *words]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            yield Running(process, int(said.rsplit(":", 1)[1].split("/")[0]))
        finally:
            process.kill()


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser()
    add_words(parser)
    parser.add_argument("--seconds", type=float, default=0.0)
    words = parser.parse_args()

    def tell(text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    asyncio.run(serve(Shop(words.seconds), DESCRIPTION, Options.of(words), tell))


if __name__ == "__main__":
    main()
