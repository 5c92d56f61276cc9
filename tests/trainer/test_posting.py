"""Progress finds the one operator that is awake, and never troubles the one who posts."""

import http.server
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from hone_trainer.posting import Poster
from hone_trainer.task import Progress


class Replica(http.server.BaseHTTPRequestHandler):
    """The first address is a standby and says 503; the second is awake."""

    answered: list[tuple[str, int]]
    done: threading.Event

    def do_POST(self) -> None:
        here = self.connection.getsockname()[0]
        status = 503 if here == "127.0.0.1" else 204
        self.answered.append((here, status))
        self.send_response(status)
        self.end_headers()
        if status == 204:
            self.done.set()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    Replica.answered, Replica.done = [], threading.Event()
    server = http.server.ThreadingHTTPServer(("0.0.0.0", 0), Replica)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def found(host: str, port: int, **kwargs: Any) -> list[Any]:
        if not addresses:
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in addresses]

    monkeypatch.setattr("hone_trainer.posting.socket.getaddrinfo", found)
    monkeypatch.setattr("hone_trainer.posting.socket.create_connection", _connect)


def _connect(address: tuple[str, int], timeout: float) -> socket.socket:
    """Connect without the resolver, which the test has replaced."""
    plain = socket.socket()
    plain.settimeout(timeout)
    try:
        plain.connect(address)
    except OSError:
        plain.close()
        raise
    return plain


def test_a_standby_is_passed_over(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    poster = Poster(None, Path("/nowhere"))
    url = urlsplit(f"http://operator.hone.svc:{port}/progress")
    resolve_to(monkeypatch, "127.0.0.1", "127.0.0.2")
    assert poster._send(url, Progress(fraction=0.5)) == ""
    assert Replica.answered == [("127.0.0.1", 503), ("127.0.0.2", 204)]


@pytest.mark.parametrize("addresses", [(), ("127.0.0.1",)])
def test_nobody_there_is_told_once_and_forgotten(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, addresses: tuple[str, ...]
) -> None:
    resolve_to(monkeypatch, *addresses)
    poster = Poster(None, Path("/nowhere"))
    failed = poster._send(urlsplit("http://operator:1/progress"), Progress())
    assert failed in ("gaierror", "ConnectionRefusedError")
    for _ in range(3):
        poster._note(failed)
    assert sum("is not heard" in record.message for record in caplog.records) == 1
