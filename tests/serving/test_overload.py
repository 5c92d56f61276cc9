"""More than a server can do: it says so at once, and stays as small as it was."""

from __future__ import annotations

import asyncio
import io
import json
from collections import Counter
from typing import Any

import aiohttp
import pytest

from hone_serving.server.gate import Gate
from hone_serving.server.refusal import Refusal
from tests.serving.conftest import Client, Start
from tests.serving.process import running
from tests.serving.shop import ROW, Shop

PREDICT = "/v1/models/clicks:predict"


def test_a_gate_counts_what_is_inside() -> None:
    gate = Gate(10, "rows", "send fewer")
    gate.enter(6)
    gate.enter(4)
    with pytest.raises(Refusal, match="10 rows of 10 are being answered") as full:
        gate.enter(1)
    assert (full.value.status, full.value.retry_after) == (429, 1)
    gate.leave(4)
    gate.enter(1)
    with pytest.raises(Refusal, match="11 rows, and one may hold 10: send fewer") as never:
        gate.enter(11)
    assert never.value.status == 413
    assert gate.inside == 7


async def test_beyond_the_bound_a_request_is_told_when_to_come_again(start: Start) -> None:
    async with start(Shop(seconds=0.2), max_rows=4) as client:
        body = json.dumps({"instances": [ROW]}).encode()
        found = await asyncio.gather(*(client.send(PREDICT, body) for _ in range(12)))
        statuses = Counter(status for status, _, _ in found)
        assert statuses[200] >= 4
        assert statuses[429] == 12 - statuses[200] > 0
        turned_away = next(each for each in found if each[0] == 429)
        assert turned_away[2]["Retry-After"] == "1"
        assert b"rows of 4 are being answered" in turned_away[1]
        assert (await client.send(PREDICT, body))[0] == 200


async def test_more_rows_than_ever_fit_are_told_how_many_do(start: Start) -> None:
    async with start(max_rows=4) as client:
        status, told = await client.ask(PREDICT, {"instances": [ROW] * 5})
        assert status == 413
        assert "the request holds 5 rows, and one may hold 4: send fewer" in told["error"]


async def test_a_large_request_is_answered_whole(client: Client) -> None:
    rows = [{**ROW, "user": f"u{n}"} for n in range(300)]
    _, told = await client.ask(PREDICT, {"instances": rows})
    singles = [(await client.ask(PREDICT, {"instances": [row]}))[1] for row in rows[60:70]]
    assert told["predictions"][60:70] == [each["predictions"][0] for each in singles]
    assert len(told["predictions"]) == 300


@pytest.mark.slow
async def test_an_overloaded_server_stays_small_and_its_probes_answer() -> None:
    """600 clients at once, a model of 50 ms, and bodies of which most bytes are of no use."""
    row = json.dumps({"instances": [ROW], "padding": "x" * 20_000}).encode()
    found: Counter[Any] = Counter()
    with running("--seconds", "0.05", "--max-rows", "64") as server:
        before = server.memory
        url = f"http://127.0.0.1:{server.port}"
        most = 0
        free = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=free) as session:

            async def insist() -> None:
                for _ in range(3):
                    async with session.post(f"{url}{PREDICT}", data=io.BytesIO(row)) as answer:
                        await answer.read()
                        found[answer.status] += 1

            clients = [asyncio.create_task(insist()) for _ in range(600)]
            while not all(each.done() for each in clients):
                async with session.get(f"{url}/v2/health/ready") as answer:
                    assert answer.status == 200
                most = max(most, server.memory)
                await asyncio.sleep(0.05)
            await asyncio.gather(*clients)
    assert set(found) == {200, 429}
    assert sum(found.values()) == 1800
    # What 600 connections hold: asyncio takes up to 256 KiB of each before anybody reads.
    assert most - before < 48 << 20
