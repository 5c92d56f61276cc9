"""Clients that ask again as soon as they are answered, and note how long each answer took.

They speak just enough HTTP: a client library would take more of the processor than the server.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from time import perf_counter

END = b"\r\n\r\n"
LENGTH = b"content-length:"
PATIENCE = 30.0
"""Seconds beyond the stated ones after which a server counts as hung."""


@dataclass
class Load:
    """What the clients of a round have seen."""

    request: bytes
    until: float
    """When nobody asks any more."""
    seconds: list[float] = field(default_factory=list)
    """Of each answer."""
    failed: int = 0
    """Answers that are not 200, and connections that broke."""


class Client(asyncio.Protocol):
    """A connection that is kept."""

    def __init__(self, load: Load) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._load = load
        self._buffer = b""
        self._needed = 0
        self._transport: asyncio.Transport | None = None
        self._began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first time."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Ask again, where the answer is there."""
        self._buffer += data
        if not self._needed:
            head, found, _ = self._buffer.partition(END)
            if not found:
                return
            self._needed = len(head) + len(END) + _length(head)
        if len(self._buffer) < self._needed:
            return
        now = perf_counter()
        self._load.seconds.append(now - self._began)
        self._load.failed += self._buffer[9:12] != b"200"
        if now < self._load.until:
            self._ask()
        elif self._transport is not None:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note whether it broke."""
        self._load.failed += exc is not None or perf_counter() < self._load.until
        if not self.done.done():
            self.done.set_result(None)

    def _ask(self) -> None:
        self._buffer, self._needed = b"", 0
        self._began = perf_counter()
        if self._transport is not None:
            self._transport.write(self._load.request)


async def drive(port: int, request: bytes, clients: int, seconds: float) -> Load:
    """Ask a server of this machine for some seconds.

    Args:
        port: where it listens.
        request: what every client sends, as bytes of HTTP.
        clients: how many at once.
        seconds: how long.
    """
    load = Load(request, perf_counter() + seconds)
    loop = asyncio.get_running_loop()
    asked: list[tuple[asyncio.Transport, Client]] = []
    try:
        async with asyncio.timeout(seconds + PATIENCE):
            for _ in range(clients):
                made = await loop.create_connection(lambda: Client(load), "127.0.0.1", port)
                asked.append(made)
            await asyncio.gather(*(client.done for _, client in asked))
    finally:
        for transport, _ in asked:
            transport.abort()
    return load


def posted(path: str, body: bytes, kind: str = "") -> bytes:
    """Return a request as bytes of HTTP.

    Args:
        path: where it goes.
        body: what it holds.
        kind: the media type, for those who insist on one.
    """
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
    head += f"Content-Type: {kind}\r\n" if kind else ""
    return f"{head}\r\n".encode() + body


def _length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return next((int(line[len(LENGTH) :]) for line in lines if line.startswith(LENGTH)), 0)
