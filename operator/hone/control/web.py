"""The operator's one small server: probes, metrics, and the door at which pods post progress.

kopf has a liveness probe of its own, which stays green while its watches are dead. These answer
for the loop: is it on time, do passes end, is it our turn.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.http import HttpProcessingError
from prometheus_client import generate_latest

from hone.control.progress import BODY_LIMIT, Answer, Reception
from hone.control.relay import HANDED_ON, NOBODY, PATH, Relay
from hone.control.telemetry import Telemetry

log = logging.getLogger(__name__)

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BODY_SECONDS = 5.0
"""Nobody who sends more slowly is one of our pods."""
TOO_LONG: Answer = 413, f"a post has at most {BODY_LIMIT} bytes"
HEADER_SECONDS = 10.0
"""Until a request's headers are there: whoever sends none, or sends them slowly, is let go."""
LINGER_SECONDS = 1.0
"""For the rest of a post that was answered before it was all there."""


@log.addFilter
def _ours(record: logging.LogRecord) -> bool:
    """Leave out what speaks no HTTP: it got its answer, and is no fault of ours."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


@asynccontextmanager
async def serving(
    address: str, telemetry: Telemetry, reception: Reception, relay: Relay | None = None
) -> AsyncIterator[int]:
    """Serve while the block runs; gives the port.

    Args:
        address: host and port; port 0 takes any that is free.
        telemetry: what the probes and the metrics read.
        reception: who takes posts in.
        relay: who hands them on while another operator leads.
    """
    host, _, port = address.rpartition(":")
    runner = web.AppRunner(
        application(telemetry, reception, relay or Relay()),
        access_log=None,
        logger=log,
        shutdown_timeout=2.0,
        keepalive_timeout=HEADER_SECONDS,
        lingering_time=LINGER_SECONDS,
        auto_decompress=False,  # a post is small as it is, and no stranger's bytes are unpacked
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, host or None, int(port))
        await site.start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


def application(telemetry: Telemetry, reception: Reception, relay: Relay) -> web.Application:
    """Return the routes."""

    async def healthz(_: web.Request) -> web.Response:
        ailments = telemetry.ailments()
        if ailments:
            return web.Response(status=500, text="\n".join(ailments) + "\n")
        return web.Response(text="ok\n")

    async def readyz(_: web.Request) -> web.Response:
        if not telemetry.ready:
            return web.Response(status=503, text="the preflight has not passed yet\n")
        return web.Response(text="leading\n" if telemetry.leading else "standing by\n")

    async def metrics(_: web.Request) -> web.Response:
        body = generate_latest(telemetry.registry)
        return web.Response(body=body, headers={"Content-Type": METRICS_TYPE})

    async def progress(request: web.Request) -> web.Response:
        status, message = await answer(request)
        telemetry.posted(status)
        return web.json_response({"message": message}, status=status)

    async def answer(request: web.Request) -> Answer:
        async def read() -> bytes:
            async with asyncio.timeout(BODY_SECONDS):
                return await request.read()

        if (request.content_length or 0) > BODY_LIMIT:
            return TOO_LONG
        authorization = request.headers.get("Authorization", "")
        try:
            if telemetry.leading:
                return await reception.take(authorization, read)
            if HANDED_ON in request.headers:
                return NOBODY
            return await relay.hand_on(authorization, await read())
        except TimeoutError:
            return 408, "the body did not arrive in time"
        except web.HTTPRequestEntityTooLarge:
            return TOO_LONG
        except (web.RequestPayloadError, ConnectionError):
            return 400, "the body did not arrive whole"

    app = web.Application(client_max_size=BODY_LIMIT)
    app.add_routes(
        [
            web.get("/healthz", healthz),
            web.get("/readyz", readyz),
            web.get("/metrics", metrics),
            web.post(PATH, progress),
        ]
    )
    return app
