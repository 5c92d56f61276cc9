"""Answers over HTTP: ours beside plain handlers, KServe's SDK and MLServer, with one bundle.

    python -m bench.serving BUNDLE [--clients 1,8,64] [--seconds 2] [--rounds 3] [--mlserver FOLDER]

KServe's SDK comes from ``lab.clients``. MLServer pins what KServe's does not bear, so a folder of
its own has to hold it: ``pip install --target FOLDER mlserver==1.7.1``. All answer the same
request, a row as the Open Inference Protocol has it.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.error import URLError
from urllib.request import urlopen

from hone_serving.bench.contender import Contender, bare, bundle, program
from hone_serving.bench.load import posted
from hone_serving.bench.measure import race
from hone_serving.bench.options import Options, add_words
from hone_serving.bench.run import table
from lab import clients, patience, probes


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_words(parser)
    parser.add_argument("--mlserver", metavar="FOLDER", help="what pip installed MLServer into")
    words = parser.parse_args()
    options = Options.of(words)
    (uri,) = options.bundles
    with ExitStack() as running:
        ours = running.enter_context(bundle(uri, "hone serve", options.rows))
        every = [*running.enter_context(bare(ours, uri)), ours]
        every.append(running.enter_context(framework("kserve", uri, clients.packages(), ours)))
        if words.mlserver:
            every.append(running.enter_context(framework("mlserver", uri, words.mlserver, ours)))
        for line in table(race(every, options.clients, options.rounds, options.seconds)):
            print(line, flush=True)


@contextmanager
def framework(name: str, uri: str, packages: str, ours: Contender) -> Iterator[Contender]:
    """Serve a bundle with somebody else's server."""
    (port,) = probes.free_ports(1)
    command = (sys.executable, "-m", "bench.frameworks", name, uri, str(port), packages)
    _, _, body = ours.request.partition(b"\r\n\r\n")
    path = "/v2/models/bench/infer"
    with program(command) as running:
        deadline = time.monotonic() + patience.seconds(60)
        while not _ready(port):
            said = running.log.read_text()
            assert time.monotonic() < deadline, f"{name} does not get ready: {said}"
            assert running.process.poll() is None, f"{name} has ended: {said}"
            time.sleep(0.2)
        yield Contender(name, running, port, posted(path, body, "application/json"))


def _ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/v2/models/bench/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


if __name__ == "__main__":
    main()
