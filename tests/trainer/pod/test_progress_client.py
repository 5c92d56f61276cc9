"""Progress finds the one operator that is awake, and never troubles the one who posts."""

import http.server
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from hone_trainer.contract.assignment import Progress
from hone_trainer.pod.progress_client import LONGEST_PERIOD_S, PERIOD_S, Poster


class Replica(http.server.BaseHTTPRequestHandler):
    """The first address is a standby and says 503; the second is awake."""

    answered: list[tuple[str, int]]
    said: list[dict[str, Any]]
    done: threading.Event

    def do_POST(self) -> None:
        self.said.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
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
    Replica.answered, Replica.said, Replica.done = [], [], threading.Event()
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

    monkeypatch.setattr("hone_trainer.pod.progress_client.socket.getaddrinfo", found)
    monkeypatch.setattr("hone_trainer.pod.progress_client.socket.create_connection", _connect)


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


class Played(Poster):
    """A poster whose operator answers as it is told to."""

    def __init__(self, *answers: str) -> None:
        super().__init__("http://operator", Path("/nowhere"))
        self.answers = list(answers)
        self.sent: list[float] = []

    def _send(self, url: Any, progress: Progress) -> str:
        self.sent.append(progress.fraction)
        return self.answers.pop(0) if self.answers else ""


def test_what_was_not_heard_is_said_again_later_each_time() -> None:
    poster = Played("status 503", "status 503", "TimeoutError")
    poster(Progress(fraction=0.6))
    assert [poster.turn() for _ in range(4)] == [2.0, 4.0, 8.0, PERIOD_S]
    assert poster.turn() == 0.0
    assert poster.sent == [0.6] * 4, "and what was heard is not"


def test_the_newest_takes_the_place_of_what_was_not_heard() -> None:
    poster = Played("status 503")
    poster(Progress(fraction=0.1))
    poster.turn()
    poster(Progress(fraction=0.6))
    assert poster.turn() == PERIOD_S
    assert poster.sent == [0.1, 0.6]


def test_nobody_is_asked_more_often_than_the_longest_pause_allows() -> None:
    poster = Played(*["status 503"] * 2000)
    poster(Progress())
    assert max(poster.turn() for _ in range(2000)) == LONGEST_PERIOD_S


def test_the_last_post_is_sent_before_the_pod_leaves(port: int, tmp_path: Path) -> None:
    with Poster(f"http://127.0.0.2:{port}/progress", tmp_path) as poster:
        for percent in range(61):  # all within the second that lies between two posts
            poster(Progress(fraction=percent / 100))
    assert Replica.said[-1]["fraction"] == 0.6


@pytest.mark.parametrize("url", [None, "http://127.0.0.1:1/progress"])
def test_leaving_waits_for_nobody(url: str | None, tmp_path: Path) -> None:
    with Poster(url, tmp_path) as poster:
        poster(Progress(fraction=0.5))
    assert not poster._thread.is_alive()
