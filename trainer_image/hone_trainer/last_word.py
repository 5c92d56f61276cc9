"""The last word of a pod: its report into the termination message, then gone, exactly once.

A pod leaves by ``os._exit``: the ordinary end of Python waits for TensorFlow's coordination
service, up to 19 seconds where a peer has gone. SIGTERM is blocked in every thread and waited for
in one, because TensorFlow replaces handlers with its own, which would let the pod train on.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from hone_trainer.task import Exit, Report

LOG_VARIABLE = "HONE_TERMINATION_LOG"
DEFAULT_LOG = "/dev/termination-log"
STOPS = (signal.SIGTERM, signal.SIGINT)

_log = logging.getLogger("hone")


class LastWord:
    """Who speaks first, speaks alone."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._path = Path(environ.get(LOG_VARIABLE, DEFAULT_LOG))
        self._once = threading.Lock()

    def leave(self, report: Report, code: int) -> NoReturn:
        """Write the report and end the process with this code."""
        self._once.acquire()  # never released: a second speaker waits for the end here
        level = logging.INFO if code == Exit.OK else logging.ERROR
        _log.log(level, "%s: %s", report.reason, report.message)
        try:
            self._path.write_text(report.encode())
        except OSError as error:
            _log.warning("no termination message at %s: %s", self._path, error.strerror)
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)

    def leave_when_asked(self) -> None:
        """From now on end on SIGTERM or Ctrl-C. Call it before any other thread starts."""
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
        threading.Thread(target=self._wait, name="stop", daemon=True).start()

    def _wait(self) -> None:
        asked = signal.Signals(signal.sigwait(STOPS))
        message = f"{asked.name}: stopped; what is committed or checkpointed stays"
        self.leave(Report(reason="Interrupted", message=message), Exit.INTERRUPTED)
