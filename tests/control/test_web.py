"""The operator's server: probes, and a door that strangers cannot wear out."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import aiohttp
import pytest

from hone.cluster.port import Caller, Key
from hone.control import telemetry as measures
from hone.control import web
from hone.control.progress import BODY_LIMIT, ProgressBoard, Reception
from hone.control.telemetry import Telemetry
from hone.control.web import serving
from hone.plan.names import Place
from tests.fakes.cluster import FakeCluster

GOOD = {"Authorization": "Bearer good"}
POST = "/v1/progress"
PATIENCE = 30.0
"""Far more than anything takes."""


class Server:
    """The server under test, and what it reads."""

    def __init__(self) -> None:
        self.telemetry = Telemetry()
        self.cluster = FakeCluster()
        self.cluster.tokens["good"] = Caller(Key("shop", "demo"), Place("data", 0, "worker", 0))
        board = ProgressBoard()
        self.reception = Reception(self.cluster, board, lambda _: None)
        self.port = 0

    async def say(self, *parts: bytes, pause: float = 0.0) -> bytes:
        """Send bytes as they are, and give what comes back until the other side is done."""
        reading, writing = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            async with asyncio.timeout(PATIENCE):
                for part in parts:
                    writing.write(part)
                    await writing.drain()
                    await asyncio.sleep(pause)
                return await reading.read()
        except ConnectionError:
            return b""
        finally:
            writing.close()

    async def ask(self, path: str, **post: object) -> tuple[int, str]:
        url = f"http://127.0.0.1:{self.port}{path}"
        async with aiohttp.ClientSession() as session:
            method = "POST" if post else "GET"
            async with session.request(method, url, **post) as answer:  # type: ignore[arg-type]
                return answer.status, await answer.text()


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    monkeypatch.setattr(web, "LINGER_SECONDS", 0.05)
    made = Server()
    async with serving("127.0.0.1:0", made.telemetry, made.reception) as port:
        made.port = port
        yield made


async def test_readiness_follows_the_preflight_and_names_the_part(server: Server) -> None:
    assert (await server.ask("/readyz"))[0] == 503
    server.telemetry.ready = True
    assert await server.ask("/readyz") == (200, "standing by\n")
    server.telemetry.leading = True
    assert await server.ask("/readyz") == (200, "leading\n")


async def test_health_and_metrics_answer(server: Server) -> None:
    assert await server.ask("/healthz") == (200, "ok\n")
    code, text = await server.ask("/metrics")
    assert code == 200
    assert "hone_leader 0.0" in text
    server.telemetry.lag = measures.LAG_LIMIT + 1
    assert (await server.ask("/healthz"))[0] == 500


@pytest.mark.parametrize(
    ("leading", "token", "data", "code"),
    [
        (False, "good", b"{}", 503),
        (True, "bad", b"{}", 401),
        (True, "good", b"{}", 202),
        (True, "good", b"{" * 5000, 413),
        (True, "good", b"{", 400),
    ],
)
async def test_posts_get_their_answer(
    server: Server, leading: bool, token: str, data: bytes, code: int
) -> None:
    server.telemetry.leading = leading
    headers = {"Authorization": f"Bearer {token}"}
    assert (await server.ask("/v1/progress", data=data, headers=headers))[0] == code
    assert f'hone_progress_posts_total{{code="{code}"}} 1.0' in (await server.ask("/metrics"))[1]


def raw(body: bytes, token: str = "good", **headers: str) -> bytes:
    """A post as bytes, after which the connection is to be closed."""
    lines = {"Host": "x", "Connection": "close", "Authorization": f"Bearer {token}"}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    if "Transfer-Encoding" not in lines:
        lines.setdefault("Content-Length", str(len(body)))
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {POST} HTTP/1.1\r\n{head}\r\n".encode() + body


CHUNKED = {"Transfer_Encoding": "chunked"}
ENDLESS = b"2000\r\n" + b" " * 0x2000 + b"\r\n"


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (raw(b"[" * 4000), 400),
        (raw(b"no gzip", Content_Encoding="gzip"), 400),
        (raw(b"no gzip", "stranger", Content_Encoding="gzip"), 401),
        (raw(gzip.compress(b" " * 10_000_000)[:4000], Content_Encoding="gzip"), 400),
        (raw(b"", Content_Length=str(BODY_LIMIT + 1)), 413),
        (raw(ENDLESS, **CHUNKED), 413),
        (raw(ENDLESS, "stranger", **CHUNKED), 401),
        (raw(b"no length\r\n", **CHUNKED), 400),
        (b"\x16\x03\x01\r\n\r\n", 400),
    ],
)
async def test_no_post_is_more_than_it_can_take(
    server: Server, request_: bytes, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    server.telemetry.leading = True
    said = await server.say(request_)
    assert said.split(b" ")[1] == str(code).encode(), said
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_stranger_is_answered_before_the_body_is_there(server: Server) -> None:
    server.telemetry.leading = True
    said = await server.say(raw(b"", "stranger", Content_Length="100"))
    assert said.startswith(b"HTTP/1.1 401 ")


async def test_a_body_that_never_comes_is_not_waited_for(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "BODY_SECONDS", 0.05)
    server.telemetry.leading = True
    assert (await server.say(raw(b"", Content_Length="100"))).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("parts", [(), (b"POST /v1", b"/progress HTTP/1.1\r\n", b"Host: x\r\n")])
async def test_whoever_sends_no_headers_is_let_go(
    monkeypatch: pytest.MonkeyPatch, parts: tuple[bytes, ...]
) -> None:
    monkeypatch.setattr(web, "HEADER_SECONDS", 0.2)
    made = Server()
    async with serving("127.0.0.1:0", made.telemetry, made.reception) as made.port:
        assert await made.say(*parts, pause=0.02) == b""
