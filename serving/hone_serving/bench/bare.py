"""Handlers to measure a server by: one that only listens, and one that anybody would write.

``python -m hone_serving.bench.bare`` says always what it was given on standard input;
``python -m hone_serving.bench.bare BUNDLE RUNTIME`` answers, one request after the other,
unchecked. Both print their port.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

import hone_serving

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def constant(answer: bytes) -> Handler:
    """Return a handler that reads what it is sent, and says always the same."""

    async def handler(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=answer, content_type="application/json")

    return handler


def plain(uri: str, runtime: Any = "litert") -> Handler:
    """Return a handler that answers with a bundle, and does nothing else."""
    model = hone_serving.load(uri, runtime=runtime)

    async def handler(request: web.Request) -> web.Response:
        inputs = json.loads(await request.read())["inputs"]
        names = [each["name"] for each in inputs]
        values = zip(*(each["data"] for each in inputs), strict=True)
        rows = [dict(zip(names, row, strict=True)) for row in values]
        return web.json_response({"answers": model.predict(rows)})

    return handler


async def serve(handler: Handler) -> None:
    """Let it answer whoever asks, for ever."""
    app = web.Application()
    app.add_routes([web.post("/{path:.*}", handler)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    sys.stdout.write(f"{site.port}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    chosen = plain(*sys.argv[1:]) if sys.argv[1:] else constant(sys.stdin.buffer.read())
    asyncio.run(serve(chosen))
