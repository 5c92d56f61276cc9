"""What every thread of a process that hangs was doing, in the words of ``faulthandler``.

The dump is written by a signal handler in C: it needs no lock that the hung process may hold.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import tempfile
import time

PATIENCE_S = 5.0


class Stacks:
    """A file that a child writes its stacks to when its parent asks."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as both processes live

    def arm(self) -> None:
        """Be ready to write; in the child."""
        faulthandler.register(signal.SIGUSR2, self._file, all_threads=True, chain=False)

    def dump(self, child: int) -> str:
        """Have the child write, and give the text; empty where it cannot even do that."""
        os.kill(child, signal.SIGUSR2)
        size, limit = 0, time.monotonic() + PATIENCE_S
        while time.monotonic() < limit:
            time.sleep(0.2)
            now = os.fstat(self._file.fileno()).st_size
            if now and now == size:
                break
            size = now
        return os.pread(self._file.fileno(), size, 0).decode(errors="replace")
