"""A server from its start to its end, which loses no request of those who heed its probes."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial

from aiohttp import web
from aiohttp.http import HttpProcessingError

from hone_serving.description import Description
from hone_serving.server.answering import answer
from hone_serving.server.batcher import Batcher
from hone_serving.server.body import MOST, SPLIT, TOGETHER
from hone_serving.server.desk import Desk
from hone_serving.server.gate import Gate
from hone_serving.server.options import Options
from hone_serving.server.pace import place
from hone_serving.server.routes import Routes, Standing
from hone_serving.server.served import Served
from hone_serving.server.telemetry import Telemetry

log = logging.getLogger(__name__)

KEEP_ALIVE_SECONDS = 75.0
"""Longer than nginx and Envoy keep theirs, so that it is never we who close one in use."""
LAST_SECONDS = 10.0
"""For the requests that are at work when the door closes."""


@log.addFilter
def _ours(record: logging.LogRecord) -> bool:
    """Leave out what speaks no HTTP: it got its answer, and is no fault of ours."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


@asynccontextmanager
async def serving(
    model: Served, description: Description, options: Options
) -> AsyncIterator[tuple[int, Standing]]:
    """Serve while the block runs; gives the port, and what says that it is about to end."""
    told = description if options.examples else description.without_examples()
    rows = Gate(options.max_rows, "rows", "send fewer, or raise --max-rows of the server")
    bodies = Gate(TOGETHER, "bytes", SPLIT)
    telemetry = Telemetry(description, rows, bodies)
    standing = Standing()
    with place(model, description.example) as thread, ThreadPoolExecutor(1, "rows") as beside:
        batcher = Batcher(partial(answer, model), thread, thread or beside, telemetry.batch)
        routes = Routes(told, Desk(batcher, rows), telemetry, bodies, standing)
        async with _listening(routes, options) as port:
            yield port, standing


@asynccontextmanager
async def _listening(routes: Routes, options: Options) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    server = web.Server(
        routes.handle,
        request_factory=lambda message, payload, protocol, writer, task: web.BaseRequest(
            message, payload, protocol, writer, task, loop, client_max_size=MOST
        ),
        handler_cancellation=True,  # who has gone is not worked for
        access_log=None,
        logger=log,
        auto_decompress=False,  # ``body`` does, and says what is wrong
        keepalive_timeout=KEEP_ALIVE_SECONDS,
    )
    runner = web.ServerRunner(server, shutdown_timeout=LAST_SECONDS)
    await runner.setup()
    try:
        site = web.TCPSite(runner, options.host, options.port)
        await site.start()
        yield site.port
    finally:
        await runner.cleanup()


async def serve(
    model: Served, description: Description, options: Options, tell: Callable[[str], None]
) -> None:
    """Serve until a signal says to stop.

    Args:
        model: what answers.
        description: what clients are told of it.
        options: where and how.
        tell: is told what people want to know.
    """
    asked, hurry = asyncio.Event(), asyncio.Event()

    def drain() -> None:
        (hurry if asked.is_set() else asked).set()

    def interrupt() -> None:
        asked.set()
        hurry.set()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, drain)
    loop.add_signal_handler(signal.SIGINT, interrupt)
    async with serving(model, description, options) as (port, standing):
        gc.collect()
        gc.freeze()  # what was loaded stays: no collection looks through it again
        host = f"[{options.host}]" if ":" in options.host else options.host
        name = description.name
        tell(f"{name} answers at http://{host}:{port}/v2/models/{name}")
        await asked.wait()
        standing.draining = True
        if not hurry.is_set():
            tell(f"stopping within {options.drain + LAST_SECONDS:.0f} s: probes say 503 now")
        try:
            async with asyncio.timeout(options.drain):
                await hurry.wait()
        except TimeoutError:
            pass
    tell("stopped")
