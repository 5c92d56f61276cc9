"""The last word of a pod: its report into the termination message, then gone.

A pod leaves by ``os._exit``: the ordinary end of Python waits for TensorFlow's coordination
service, up to 19 seconds where a peer has gone.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import NoReturn

from hone_trainer.contract.assignment import Exit, Report

LOG_VARIABLE = "HONE_TERMINATION_LOG"
DEFAULT_LOG = "/dev/termination-log"

_log = logging.getLogger("hone")


def leave(report: Report, code: int) -> NoReturn:
    """Write the report and end the process with this code."""
    level = logging.INFO if code == Exit.OK else logging.ERROR
    _log.log(level, "%s: %s", report.reason, report.message)
    path = Path(os.environ.get(LOG_VARIABLE, DEFAULT_LOG))
    try:
        path.write_text(report.encode())
    except OSError as error:
        _log.warning("no termination message at %s: %s", path, error.strerror)
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
