"""The bodies of requests: bounded one by one and all together, and not waited for long."""

from __future__ import annotations

import asyncio
import zlib

from aiohttp import hdrs, web

from hone_serving.server.gate import Gate
from hone_serving.server.refusal import Refusal, short, wrong

MOST = 4 << 20
"""Bytes of one body: some ten thousand rows."""
TOGETHER = 64 << 20
"""Bytes of all bodies that are read or answered: what a burst may cost in memory, times three."""
SECONDS = 10.0
"""For a body to arrive."""
EITHER = zlib.MAX_WBITS | 32
"""Makes zlib find out by itself whether it reads gzip or zlib."""
SPLIT = "send its rows in several requests"


def weight(request: web.BaseRequest, gate: Gate) -> int:
    """Return how many bytes the body of a request may come to.

    Raises:
        Refusal: more than one may hold.
    """
    length = request.content_length
    if length is not None:
        gate.check(length, MOST)
        if hdrs.CONTENT_ENCODING not in request.headers:
            return length
    return MOST


async def read(request: web.BaseRequest) -> bytes:
    """Return the body of a request.

    Raises:
        Refusal: it is too large, too slow, not whole, or packed in a way that nobody knows.
    """
    try:
        if request.content.is_eof():  # as all but large ones: it came with the headers
            raw = request.content.read_nowait()
        else:
            raw = await _arrived(request)
    except TimeoutError:
        raise Refusal(408, f"the body did not arrive within {SECONDS:.0f} s", last=True) from None
    except web.HTTPRequestEntityTooLarge:
        raise _too_large() from None
    except (web.RequestPayloadError, ConnectionError) as error:
        raise Refusal(400, f"the body did not arrive whole: {error}", last=True) from None
    encoding = request.headers.get(hdrs.CONTENT_ENCODING)
    return inflated(raw, encoding.lower()) if encoding else raw


async def _arrived(request: web.BaseRequest) -> bytes:
    if request.headers.get(hdrs.EXPECT, "").lower() == "100-continue":
        # Clients such as curl keep a large body back until they are told that it may come.
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    async with asyncio.timeout(SECONDS):
        return await request.read()


def inflated(raw: bytes, encoding: str) -> bytes:
    """Return a body as it was before it was packed; never more of it than one may hold."""
    if encoding == "identity":
        return raw
    if encoding not in ("gzip", "deflate"):
        message = f"Content-Encoding {short(encoding)!r}: send gzip, deflate, or none"
        raise Refusal(415, message)
    unpacker = zlib.decompressobj(EITHER)
    try:
        found = unpacker.decompress(raw, MOST)
    except zlib.error as error:
        raise wrong(f"the body is no {encoding}: {error}") from None
    if unpacker.unconsumed_tail:
        raise _too_large()
    if not unpacker.eof:
        raise wrong(f"the body is no whole {encoding}: its end is missing")
    return found


def _too_large() -> Refusal:
    return Refusal(413, f"a body may hold {MOST} bytes: {SPLIT}")
