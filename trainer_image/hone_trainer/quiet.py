"""Standard error without the lines that native libraries write whatever one asks of them.

TensorFlow announces oneDNN before its log level is read, and LiteRT its delegate at every load: no
setting silences them but one that changes the figures. So a process of its own reads what this one
and its children write, and passes on all but these lines. It outlives them, so that the last words
of a crash arrive too.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable

NOISE = re.compile(
    rb"WARNING: All log messages before absl::InitializeLog\(\) is called are written to STDERR$"
    rb"|I0000 \S+ +\d+ port\.cc:\d+\] oneDNN custom operations are on\."
    rb"|INFO: Created TensorFlow Lite XNNPACK delegate for CPU\.$"
)
PATIENCE_S = 1.0
"""How long the last words may take; an orphan may hold the pipe for ever."""


def strain() -> Callable[[], None]:
    """Pass on standard error, of this process and those it starts, without the noise.

    Call it before any thread starts.

    Returns:
        Call it last: it waits until all is passed on, and gives standard error back.
    """
    before = os.dup(2)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writer)
        os.close(before)
        _pass_on(reader)
        os._exit(0)
    os.dup2(writer, 2)
    os.close(reader)
    os.close(writer)

    def drain() -> None:
        os.dup2(before, 2)
        end = time.monotonic() + PATIENCE_S
        while _lives(child) and time.monotonic() < end:
            time.sleep(0.005)

    return drain


def _lives(child: int) -> bool:
    try:
        return os.waitpid(child, os.WNOHANG)[0] == 0
    except ChildProcessError:
        return False


def _pass_on(reader: int) -> None:
    rest = b""
    while data := os.read(reader, 65536):
        *lines, rest = (rest + data).split(b"\n")
        _write(b"".join(line + b"\n" for line in lines if not NOISE.match(line)))
    _write(b"" if NOISE.match(rest) else rest)


def _write(data: bytes) -> None:
    while data:
        data = data[os.write(2, data) :]
