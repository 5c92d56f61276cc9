"""An end that comes: a process that acts no more must not linger.

Who has lost the lease holds the only seat of its Deployment until it is gone. Tasks that heed no
cancellation, requests that nobody answers, threads that wait for a socket: none may keep it.
"""

import os
from threading import Timer

LAST_SECONDS = 25.0
"""For the rest of an operator to end in; less than a pod's grace period."""


def end_within(seconds: float, code: int) -> None:
    """End the process with this exit code, should it not have ended by itself by then.

    Nothing is lost: whoever starts next looks at the cluster again, as after a crash.
    """
    timer = Timer(seconds, os._exit, (code,))
    timer.daemon = True
    timer.start()
