"""Ten thousand bodies that are wrong somewhere: each is answered 4xx with its reason, or answered.

They are drawn once and mutated: hypothesis draws slowly, and here the number counts. A draw that
failed is drawn again by its number.
"""

from __future__ import annotations

import asyncio
import copy
import gzip
import io
import json
import logging
import random
from typing import Any

import aiohttp
import pytest

from hone_serving.server.oip.request import HEADER
from tests.serving.conftest import Client, Start
from tests.serving.shop import ROW

BODIES = 10_000
INFER, PREDICT = "/v2/models/clicks/infer", "/v1/models/clicks:predict"
OIP: dict[str, Any] = {
    "id": "1",
    "inputs": [
        {"name": "user", "datatype": "BYTES", "shape": [2], "data": ["u1", "u2"]},
        {"name": "price", "datatype": "FP64", "shape": [2, 1], "data": [[1.5], [2]]},
        {"name": "seen", "datatype": "BYTES", "shape": [2, 2], "data": [["a", "b"], ["c", ""]]},
        {
            "name": "at",
            "datatype": "BYTES",
            "shape": [2],
            "parameters": {"binary_data_size": 12},
        },
    ],
    "outputs": [{"name": "probability", "parameters": {"binary_data": True}}, {"name": "class"}],
    "parameters": {"binary_data_output": True, "top": 2},
}
TAIL = b"\2\0\0\0ab\2\0\0\0cd"
CALLS: tuple[dict[str, Any], ...] = (
    {"instances": [ROW, {**ROW, "at": {"b64": "dTI="}}], "signature_name": "serving_default"},
    {"inputs": {"user": ["u1", "u2"], "price": [1.5, 2], "seen": [["a"], []]}},
)
ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 2**31, 2**63, -(2**63), 10**400, 1e308, "", "u1", "\x00", "ü" * 300),
    *([], {}, [[]], [{}], {"b64": "x"}, [1, "a", None], "BYTES", "FP64", "FP16", "INT8", "BOOL"),
    *([0], [2, 0], [10**12], [2, 10**9], [-1, -2], {"binary_data_size": 10**9}, ["1"] * 1000),
)


def places(told: Any) -> list[tuple[Any, Any]]:
    """Return every place of a value, as what holds it and the key there."""
    keys: Any = told if isinstance(told, dict) else range(len(told))
    found = [(told, key) for key in keys]
    for key in keys:
        if isinstance(told[key], dict | list):
            found += places(told[key])
    return found


def mutated(told: Any, draw: random.Random) -> Any:
    """Return a copy with one to three places changed."""
    told = copy.deepcopy(told)
    for _ in range(draw.randint(1, 3)):
        holder, key = draw.choice(places(told) or [({}, "")])
        do = draw.randrange(4)
        if do == 0 and isinstance(holder, dict):
            holder.pop(key, None)
        elif do == 1 and isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        elif do == 2 and isinstance(holder, dict):
            holder[draw.choice(["", "x", "name", "data", "\ud83d\ude00"])] = holder.pop(key, None)
        else:
            holder[key] = copy.deepcopy(draw.choice(ODD))
    return told


def torn(body: bytes, draw: random.Random) -> bytes:
    """Return bytes with a part cut out, doubled, or written over."""
    start, end = sorted(draw.randrange(len(body) + 1) for _ in range(2))
    return draw.choice(
        [
            body[:start] + body[end:],
            body[:end] + body[start:],
            body[:start] + draw.randbytes(draw.randint(1, 4)) + body[end:],
            body[:start] + b"[" * draw.choice([1, 5000]) + body[end:],
            body[:start] + draw.choice([b"NaN", b"-Infinity", b"1e999", b'"\\ud800"']) + body[end:],
        ]
    )


def request(number: int) -> tuple[str, bytes, dict[str, str]]:
    """Return the address, the body and the headers of a request that is wrong somewhere."""
    draw = random.Random(number)
    oip = draw.random() < 0.6
    told: Any = OIP if oip else draw.choice(CALLS)
    tear = draw.random() < 0.4
    text = json.dumps(told if tear else mutated(told, draw)).encode()
    headers = {}
    if oip:
        headers[HEADER] = str(len(text) if draw.random() < 0.9 else draw.choice([0, -1, 10**9, 7]))
        text += TAIL
    body = torn(text, draw) if tear else text
    if draw.random() < 0.1:
        headers["Content-Type"] = draw.choice(["text/plain", "multipart/form-data", "x", "a/b; c"])
    if draw.random() < 0.05:
        headers["Content-Encoding"] = draw.choice(["gzip", "deflate", "br", "x"])
    return INFER if oip else PREDICT, body, headers


@pytest.mark.slow
async def test_no_body_is_answered_with_a_fault_of_ours(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    answered: dict[int, int] = {}
    async with start() as client:
        for number in range(BODIES):
            path, body, headers = request(number)
            status, raw, _ = await client.send(path, body, headers)
            answered[status] = answered.get(status, 0) + 1
            assert status in (200, 400, 415), (number, status, raw)
            if status != 200:
                told = json.loads(raw)
                assert list(told) == ["error"], number
                assert len(told["error"]) > 10, number
                assert "Traceback" not in told["error"], number
            assert not caplog.records, number
    assert answered[400] > BODIES / 2, answered


async def raw(client: Client, *parts: bytes) -> bytes:
    reading, writing = await asyncio.open_connection("127.0.0.1", client.port)
    try:
        for part in parts:
            writing.write(part)
        return await asyncio.wait_for(reading.read(65536), 60)
    finally:
        writing.close()


@pytest.mark.parametrize(
    "said",
    [
        b"hello\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /v1/models/clicks:predict HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /v1/models/clicks:predict HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n{}",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /v1/models/clicks:predict HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"zz\r\n{}\r\n0\r\n\r\n",
    ],
)
async def test_what_speaks_no_http_is_refused_without_a_trace(
    said: bytes, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    answer = await raw(client, said)
    assert answer.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4"))
    assert b"Traceback" not in answer
    assert not caplog.records
    assert (await client.ask("/v2/health/live"))[0] == 200


async def test_a_body_that_is_too_large_is_refused(client: Client) -> None:
    status, told, _ = await client.send(PREDICT, io.BytesIO(b" " * (5 << 20)))
    assert status == 413
    assert b"send its rows in several requests" in told

    async def endless() -> Any:
        for _ in range(100):
            yield b" " * 65536

    url = f"http://127.0.0.1:{client.port}{PREDICT}"
    async with aiohttp.ClientSession() as session, session.post(url, data=endless()) as answer:
        assert answer.status == 413


async def test_a_body_that_inflates_too_far_is_refused(client: Client) -> None:
    bomb = gzip.compress(b" " * (64 << 20))
    status, _, _ = await client.send(PREDICT, bomb, {"Content-Encoding": "gzip"})
    assert status == 413


async def test_a_body_may_be_compressed(client: Client) -> None:
    body = gzip.compress(json.dumps({"instances": [ROW]}).encode())
    assert (await client.send(PREDICT, body, {"Content-Encoding": "gzip"}))[0] == 200


@pytest.mark.parametrize(
    ("encoding", "cut", "status", "words"),
    [
        ("gzip", 1, 400, b"its end is missing"),
        ("deflate", 9, 400, b"its end is missing"),
        ("br", 0, 415, b"Content-Encoding 'br': send gzip, deflate, or none"),
    ],
)
async def test_a_body_that_cannot_be_unpacked_is_refused(
    encoding: str, cut: int, status: int, words: bytes, client: Client
) -> None:
    body = gzip.compress(json.dumps({"instances": [ROW]}).encode())
    said = await client.send(PREDICT, body[: len(body) - cut], {"Content-Encoding": encoding})
    assert said[0] == status
    assert words in said[1]


async def test_who_waits_to_be_let_in_is_told_to_come(client: Client) -> None:
    body = json.dumps({"instances": [ROW]}).encode()
    head = f"POST {PREDICT} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
    head += "Expect: 100-continue\r\nConnection: close\r\n\r\n"
    answer = await raw(client, head.encode())
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
