"""Imported first: what asks a pod to stop is held back until the guardian listens for it.

The first process of a container has no default action for signals. One that comes while libraries
are still being imported would be lost, and the pod go on until it is killed a minute later.
"""

import os
import signal

FIRST = 1
"""Process id of the first process of a container."""


def hold_back(process: int) -> None:
    """Block what asks to stop, in the first process of a container; others end by default."""
    if process == FIRST:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})


hold_back(os.getpid())
