"""Live progress to the operator: in the background, at most once a second, never in the way.

Only the newest progress counts: what could not be sent is sent again, later each time, unless
something newer is there by then; and before the pod leaves, it is sent once more.
"""

from __future__ import annotations

import http.client
import json
import logging
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self
from urllib.parse import SplitResult, urlsplit

from hone_trainer.contract.assignment import Progress

PERIOD_S = 1.0
LONGEST_PERIOD_S = 30.0
"""Between two tries where nobody hears."""
TIMEOUT_S = 5.0
LAST_S = 2.0
"""For the last post, when the pod is about to leave."""

_log = logging.getLogger("hone")


class Poster:
    """Sends the newest progress, where somebody listens, and logs each new message.

    Args:
        url: where to post; nothing is sent where there is none.
        token: file of the bearer token; read anew for every post, as it is rotated.
    """

    def __init__(self, url: str | None, token: Path) -> None:
        self._url = urlsplit(url) if url else None
        self._token = token
        self._newest: Progress | None = None
        self._heard: Progress | None = None
        self._bell, self._closing = threading.Event(), threading.Event()
        self._logged = ""
        self._failed = ""
        self._failures = 0
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)

    def __enter__(self) -> Self:
        """Begin to send."""
        if self._url is not None:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Send what is not sent yet, if that can be done at once."""
        self._closing.set()
        self._bell.set()
        if self._thread.is_alive():
            self._thread.join(LAST_S)

    def __call__(self, progress: Progress) -> None:
        """Take note of a progress; returns at once."""
        self._newest = progress
        self._bell.set()
        if progress.message != self._logged:
            self._logged = progress.message
            _log.info("%3.0f %% %s", 100 * progress.fraction, progress.message)

    def turn(self) -> float:
        """Send the newest progress, unless it was heard; give the seconds until the next turn."""
        self._bell.clear()
        newest = self._newest
        if newest is None or newest is self._heard or self._url is None:
            return 0.0
        failed = self._send(self._url, newest)
        self._note(failed)
        if failed:
            self._failures += 1
            self._bell.set()
        else:
            self._failures, self._heard = 0, newest
        return min(PERIOD_S * (1 << min(self._failures, 10)), LONGEST_PERIOD_S)

    def _run(self) -> None:
        while True:
            self._bell.wait()
            if self._closing.wait(self.turn()):
                self.turn()
                return

    def _send(self, url: SplitResult, progress: Progress) -> str:
        """Try all addresses; give what went wrong, or nothing."""
        body = json.dumps(progress.dump())
        headers = {"Content-Type": "application/json", "Host": url.netloc}
        with suppress(OSError):  # a laptop's operator asks for no token
            headers["Authorization"] = f"Bearer {self._token.read_text().strip()}"
        failed = "no address"
        try:
            port = url.port or (443 if url.scheme == "https" else 80)
            found = socket.getaddrinfo(url.hostname, port, type=socket.SOCK_STREAM)
        except (OSError, ValueError) as error:
            return type(error).__name__
        for *_, address in found:
            try:
                status = _post(url, (str(address[0]), port), body, headers)
            except (OSError, http.client.HTTPException) as error:
                failed = type(error).__name__
                continue
            if 200 <= status < 300:
                return ""
            failed = f"status {status}"
        return failed

    def _note(self, failed: str) -> None:
        """Log a change between working and not, once."""
        if failed != self._failed:
            self._failed = failed
            where = self._url.netloc if self._url else ""
            if failed:
                _log.warning("progress is not heard at %s: %s", where, failed)
            else:
                _log.info("progress is heard again at %s", where)


class Remembering:
    """Posts, and knows what was posted last: a word in between takes nothing of it back."""

    def __init__(self, post: Callable[[Progress], None]) -> None:
        self._post = post
        self._last = Progress()

    def __call__(self, progress: Progress) -> None:
        """Post a progress."""
        self._last = progress
        self._post(progress)

    def add(self, words: str) -> None:
        """Post the last progress again, with other words."""
        self._post(self._last.model_copy(update={"message": words[:256]}))


def _post(url: SplitResult, address: tuple[str, int], body: str, headers: dict[str, str]) -> int:
    """Post to one address of the name; give the HTTP status."""
    plain = socket.create_connection(address, timeout=TIMEOUT_S)
    if url.scheme == "https":
        secure = ssl.create_default_context()
        plain = secure.wrap_socket(plain, server_hostname=url.hostname)
    connection = http.client.HTTPConnection(*address, timeout=TIMEOUT_S)
    connection.sock = plain
    try:
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        connection.request("POST", path, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()
