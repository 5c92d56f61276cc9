"""A server on a port of this machine, with the model in memory behind it."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import aiohttp
import pytest

from hone_serving.description import Description
from hone_serving.server.life import serving
from hone_serving.server.options import Options
from hone_serving.server.routes import Standing
from tests.serving.shop import DESCRIPTION, Shop

Body = bytes | io.BytesIO | None


class Client:
    """Asks the server."""

    def __init__(self, session: aiohttp.ClientSession, port: int, standing: Standing) -> None:
        self._session = session
        self.port = port
        self.standing = standing

    async def send(
        self,
        path: str,
        body: bytes | io.BytesIO | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, bytes, dict[str, str]]:
        """Send bytes, without saying what they are; give status, body and headers."""
        method = "GET" if body is None else "POST"
        url = f"http://127.0.0.1:{self.port}{path}"
        quiet = ["Content-Type"]
        async with self._session.request(
            method, url, data=body, headers=headers, skip_auto_headers=quiet
        ) as answer:
            return answer.status, await answer.read(), dict(answer.headers)

    async def ask(self, path: str, told: Any = None) -> tuple[int, Any]:
        """Send JSON, and give status and JSON."""
        body = None if told is None else json.dumps(told).encode()
        status, raw, _ = await self.send(path, body)
        return status, json.loads(raw)


Start = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture
def start() -> Start:
    """Start a server."""

    @asynccontextmanager
    async def begin(
        shop: Shop | None = None, description: Description = DESCRIPTION, **words: Any
    ) -> AsyncIterator[Client]:
        options = Options("", port=0, **words)
        async with (
            serving(shop or Shop(), description, options) as (port, standing),
            aiohttp.ClientSession() as session,
        ):
            yield Client(session, port, standing)

    return begin


@pytest.fixture
async def client(start: Start) -> AsyncIterator[Client]:
    """Ask a server of the usual kind."""
    async with start() as client:
        yield client
