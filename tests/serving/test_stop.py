"""The end of a server under load: nobody who heeds its probes loses a request."""

from __future__ import annotations

import asyncio
import json
import signal
from collections import Counter
from typing import Any

import aiohttp
import pytest

from tests.serving.process import Running, running
from tests.serving.shop import ROW

PREDICT = "/v1/models/clicks:predict"
BODY = json.dumps({"instances": [ROW]}).encode()
CLIENTS = 16


class Balancer:
    """Sends requests while the probe is green, over connections that it keeps."""

    def __init__(self, server: Running) -> None:
        self.url = f"http://127.0.0.1:{server.port}"
        self.ready = True
        self.answered: Counter[Any] = Counter()

    async def probe(self, session: aiohttp.ClientSession) -> None:
        while self.ready:
            async with session.get(f"{self.url}/v2/health/ready") as answer:
                self.ready = answer.status == 200
            await asyncio.sleep(0.02)

    async def load(self, session: aiohttp.ClientSession) -> None:
        while self.ready:
            try:
                async with session.post(f"{self.url}{PREDICT}", data=BODY) as answer:
                    await answer.read()
                    self.answered[answer.status] += 1
            except aiohttp.ClientError as error:
                self.answered[repr(error)] += 1


@pytest.mark.slow
@pytest.mark.parametrize("seconds", ["0", "0.02"])
async def test_a_stop_under_load_loses_no_request_of_who_heeds_the_probe(seconds: str) -> None:
    with running("--seconds", seconds, "--drain", "3") as server:
        balancer = Balancer(server)
        # A client that repeats a request on its own would hide what is lost.
        async with (
            aiohttp.ClientSession() as probing,
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as loading,
            asyncio.TaskGroup() as group,
        ):
            group.create_task(balancer.probe(probing))
            for _ in range(CLIENTS):
                group.create_task(balancer.load(loading))
            while sum(balancer.answered.values()) < 200:
                await asyncio.sleep(0.01)
            before = sum(balancer.answered.values())
            server.process.send_signal(signal.SIGTERM)
        assert set(balancer.answered) == {200}
        assert sum(balancer.answered.values()) > before
        code, said = await asyncio.to_thread(server.wait)
        assert code == 0
        assert said.splitlines()[-1] == "stopped"


async def test_what_is_at_work_is_answered_though_the_door_has_closed() -> None:
    with running("--seconds", "0.5", "--drain", "0") as server:
        url = f"http://127.0.0.1:{server.port}"
        async with aiohttp.ClientSession() as session:
            asked = asyncio.create_task(session.post(f"{url}{PREDICT}", data=BODY))
            metrics = ""
            while "hone_serving_rows_inside 1.0" not in metrics:
                async with session.get(f"{url}/metrics") as answer:
                    metrics = await answer.text()
            server.process.send_signal(signal.SIGTERM)
            async with await asked as answer:
                assert answer.status == 200
                assert answer.headers["Connection"] == "close"
        assert (await asyncio.to_thread(server.wait))[0] == 0


@pytest.mark.parametrize("signals", [[signal.SIGINT], [signal.SIGTERM, signal.SIGTERM]])
async def test_who_is_in_a_hurry_need_not_wait(signals: list[signal.Signals]) -> None:
    with running("--drain", "3600") as server:
        for each in signals:
            server.process.send_signal(each)
            await asyncio.sleep(0.1)  # two of one kind at once count as one
        assert (await asyncio.to_thread(server.wait))[0] == 0
