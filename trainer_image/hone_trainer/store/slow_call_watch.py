"""Who waits for an answer, and for how long: a frozen server refuses nothing and says nothing.

One thread of the process looks at all that is under way, and says so where it takes long.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

QUIET_S = 4.0
"""After so long a silence is worth a word; it is less than any that counts as a hang."""
LOOK_S = 1.0
Say = Callable[[], object]

_waiting: dict[object, tuple[float, Say]] = {}
_lock = threading.Lock()
_watcher: list[threading.Thread] = []


@contextmanager
def told(say: Say) -> Iterator[None]:
    """Have ``say`` called about every second from the fifth on, while the block lasts."""
    mine = object()
    with _lock:
        _waiting[mine] = time.monotonic(), say
        if not _watcher or not _watcher[0].is_alive():  # a forked process has none
            _watcher[:] = [threading.Thread(target=_watch, name="silence", daemon=True)]
            _watcher[0].start()
    try:
        yield
    finally:
        with _lock:
            del _waiting[mine]


def _watch() -> None:
    while True:
        time.sleep(LOOK_S)
        with _lock:
            waiting = list(_waiting.values())
        now = time.monotonic()
        for since, say in waiting:
            if now - since > QUIET_S:
                say()
