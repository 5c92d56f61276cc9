"""A client that leaves, a row that is poison: whoever asks beside them is answered."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from lab import patience
from tests.serving.conftest import Client, Start
from tests.serving.shop import POISON, ROW, Shop, expected

PREDICT = "/v1/models/clicks:predict"
SLOW = 0.05
"""Seconds of a run: others gather meanwhile, and the graph gets a thread."""


async def ask(client: Client, *rows: Any) -> tuple[int, Any]:
    return await client.ask(PREDICT, {"instances": list(rows)})


@pytest.mark.parametrize("seconds", [0.0, SLOW])
async def test_a_poisoned_row_harms_no_neighbour(seconds: float, start: Start) -> None:
    shop = Shop(seconds=seconds)
    async with start(shop) as client:
        shop.runs.clear()
        rows = [{**ROW, "price": POISON if n == 7 else n} for n in range(24)]
        answers = await asyncio.gather(*(ask(client, row) for row in rows))
        status, told = answers.pop(7)
        del rows[7]
        assert status == 500
        assert told["error"] == "the model failed on this row; the server's log has the reason"
        assert answers == [(200, {"predictions": expected(row)}) for row in rows]
        assert await ask(client, ROW) == (200, {"predictions": expected(ROW)})
        if seconds:
            assert max(shop.runs) > 1  # they were in one batch


@pytest.mark.parametrize("many", [1, 150])
async def test_a_poisoned_row_harms_none_of_its_own_request(many: int, start: Start) -> None:
    async with start() as client:
        rows = [{**ROW, "price": n} for n in range(many)]
        status, told = await ask(client, *rows, {**ROW, "price": POISON}, {"user": "u1"})
        refused = ["the model failed on this row; the server's log has the reason"]
        refused += ["'price' is None, no number"]
        assert status == 200
        assert told["predictions"][:many] == expected(*rows)
        assert told["predictions"][many:] == [{"refused": why} for why in refused]


async def send(client: Client, row: Any) -> asyncio.StreamWriter:
    """Ask, and wait for nothing."""
    body = json.dumps({"instances": [row]}).encode()
    head = f"POST {PREDICT} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    _, writing = await asyncio.open_connection("127.0.0.1", client.port)
    writing.write(head.encode() + body)
    await writing.drain()
    return writing


async def metrics(client: Client, wanted: str) -> None:
    """Wait until the metrics have a line."""
    async with asyncio.timeout(patience.seconds(30)):
        while wanted not in (await client.send("/metrics"))[1].decode().splitlines():
            await asyncio.sleep(0.01)


LEAVERS = 10


async def test_a_client_that_leaves_is_not_worked_for_and_harms_no_neighbour(start: Start) -> None:
    shop = Shop(seconds=SLOW)
    async with start(shop) as client:
        shop.go.clear()
        rows = [{**ROW, "price": n} for n in range(20)]
        asked = [asyncio.create_task(ask(client, row)) for row in rows]
        await metrics(client, "hone_serving_rows_inside 20.0")
        leavers = [await send(client, ROW) for _ in range(LEAVERS)]
        await metrics(client, "hone_serving_rows_inside 30.0")
        for each in leavers:
            each.transport.abort()
        await metrics(client, "hone_serving_rows_inside 20.0")
        before = sum(shop.runs)
        shop.go.set()
        answers = await asyncio.gather(*asked)
        assert answers == [(200, {"predictions": expected(row)}) for row in rows]
        assert sum(shop.runs) - before < 20
        left = f'hone_serving_requests_total{{code="499",protocol="v1"}} {LEAVERS}.0'
        await metrics(client, left)


async def test_a_client_that_leaves_while_its_rows_are_at_work_harms_no_neighbour(
    start: Start,
) -> None:
    shop = Shop(seconds=SLOW)
    async with start(shop) as client:
        shop.runs.clear()
        shop.go.clear()
        leaver = await send(client, ROW)
        while not shop.runs:
            await asyncio.sleep(0.01)
        asked = asyncio.create_task(ask(client, ROW))
        await metrics(client, "hone_serving_rows_inside 2.0")
        leaver.transport.abort()
        await metrics(client, "hone_serving_rows_inside 1.0")
        shop.go.set()
        assert await asked == (200, {"predictions": expected(ROW)})
