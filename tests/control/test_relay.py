"""A post that reaches a standby reaches the leader, with its answer, while there is a leader."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import aiohttp
import pytest

from hone.cluster.port import Caller, Key
from hone.control.progress import ProgressBoard, Reception
from hone.control.relay import Relay
from hone.control.telemetry import Telemetry
from hone.control.web import serving
from hone.plan.names import Place
from tests.fakes.cluster import FakeCluster

KEY, PLACE = Key("shop", "demo"), Place("data", 0, "worker", 0)
NOWHERE = "127.0.0.1:1"


@dataclass
class Operator:
    """One of several, as far as posts go."""

    leader: str = ""
    """Where it believes the one that leads to be."""
    port: int = 0
    telemetry: Telemetry = field(default_factory=Telemetry)
    board: ProgressBoard = field(default_factory=ProgressBoard)

    async def start(self, stack: AsyncExitStack) -> str:
        cluster = FakeCluster()
        cluster.tokens["s3cret"] = Caller(KEY, PLACE)
        reception = Reception(cluster, self.board, lambda _: None)
        relay = await stack.enter_async_context(Relay(lambda: self.leader))
        made = serving("127.0.0.1:0", self.telemetry, reception, relay)
        self.port = await stack.enter_async_context(made)
        return f"127.0.0.1:{self.port}"

    async def post(self, fraction: float = 0.5, token: str = "s3cret") -> tuple[int, str]:
        body = json.dumps({"fraction": fraction}).encode()
        headers = {"Authorization": f"Bearer {token}"}
        url = f"http://127.0.0.1:{self.port}/v1/progress"
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=body, headers=headers) as answer,
        ):
            return answer.status, (await answer.json())["message"]


@pytest.fixture
async def pair() -> AsyncIterator[tuple[Operator, Operator]]:
    """One that leads, and a standby that knows it."""
    first, second = Operator(), Operator()
    async with AsyncExitStack() as stack:
        second.leader = await first.start(stack)
        first.telemetry.leading = True
        await second.start(stack)
        yield first, second


async def test_no_post_is_lost_whichever_operator_it_reaches(
    pair: tuple[Operator, Operator],
) -> None:
    leader, _ = pair
    for turn in range(20):
        assert (await pair[turn % 2].post(turn / 20))[0] == 202
        assert leader.board.of(KEY)[PLACE].fraction == turn / 20


async def test_the_leaders_answer_is_the_answer(pair: tuple[Operator, Operator]) -> None:
    leader, standby = pair
    assert await standby.post(token="made-up") == await leader.post(token="made-up")
    assert await standby.post(fraction=7) == await leader.post(fraction=7)
    assert (await standby.post(fraction=7))[0] == 400


@pytest.mark.parametrize("where", ["", NOWHERE, "no address", "[::1"])
async def test_without_a_leader_pods_are_asked_to_post_again(
    pair: tuple[Operator, Operator], where: str, caplog: pytest.LogCaptureFixture
) -> None:
    _, standby = pair
    standby.leader = where
    with caplog.at_level(logging.DEBUG):
        status, said = await standby.post()
    assert (status, said.rpartition("; ")[2]) == (503, "post again later")
    assert "s3cret" not in caplog.text


async def test_two_standbys_do_not_hand_a_post_to_and_fro(pair: tuple[Operator, Operator]) -> None:
    first, second = pair
    first.telemetry.leading = False
    first.leader = f"127.0.0.1:{second.port}"
    assert (await first.post())[0] == 503
    assert (await second.post())[0] == 503


async def test_a_standby_takes_in_no_more_than_a_leader(pair: tuple[Operator, Operator]) -> None:
    _, standby = pair
    assert (await standby.post(token="x" * 3000))[0] == 401
    async with aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{standby.port}/v1/progress"
        async with session.post(url, data=b" " * 5000) as answer:
            assert answer.status == 413
