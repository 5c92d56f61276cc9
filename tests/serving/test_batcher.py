"""What gathers goes together, nobody waits for company, and nobody suffers from it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from hone_serving.model import Features, Outputs
from hone_serving.server.batcher import MOST, Batcher

BAD = -1


class Graph:
    """Doubles what it reads, and fails on ``BAD``."""

    def __init__(self) -> None:
        self.runs: list[int] = []

    def __call__(self, features: Features) -> Outputs:
        self.runs.append(len(features["x"]))
        if (features["x"] == BAD).any():
            raise RuntimeError("gather index out of bounds")
        return {"y": features["x"] * 2}


def rows(*values: int) -> dict[str, Any]:
    return {"features": {"x": np.array(values)}, "rows": len(values)}


async def ask(batcher: Batcher, *values: int) -> list[int]:
    found: list[int] = (await batcher.infer(**rows(*values)))["y"].tolist()
    return found


@pytest.fixture(params=["loop", "thread"])
def batcher(request: pytest.FixtureRequest) -> Any:
    """A batcher in either place, and its graph."""
    graph = Graph()
    if request.param == "loop":
        yield Batcher(graph), graph
        return
    with ThreadPoolExecutor(1) as thread:
        yield Batcher(graph, thread), graph


Pair = tuple[Batcher, Graph]


async def test_each_gets_its_own_rows(batcher: Pair) -> None:
    mine, graph = batcher
    found = await asyncio.gather(*(ask(mine, n, n + 100) for n in range(10)))
    assert found == [[2 * n, 2 * n + 200] for n in range(10)]
    assert sum(graph.runs) == 20


async def test_what_comes_at_once_goes_together(batcher: Pair) -> None:
    mine, graph = batcher
    await asyncio.gather(*(ask(mine, n) for n in range(MOST + 5)))
    assert graph.runs[0] == MOST


async def test_a_lone_request_waits_for_nobody(batcher: Pair) -> None:
    mine, graph = batcher
    for n in range(5):
        assert await ask(mine, n) == [2 * n]
    assert graph.runs == [1] * 5


async def test_a_batch_has_so_many_rows_at_most_and_large_requests_are_cut(batcher: Pair) -> None:
    mine, graph = batcher
    large = range(2 * MOST + 3)
    found, small = await asyncio.gather(ask(mine, *large), ask(mine, 7))
    assert found == [2 * n for n in large]
    assert small == [14]
    assert max(graph.runs) <= MOST


async def test_rows_on_which_the_graph_fails_harm_no_neighbour(batcher: Pair) -> None:
    mine, _ = batcher
    found = await asyncio.gather(
        ask(mine, 1), ask(mine, 2, BAD), ask(mine, 3), return_exceptions=True
    )
    assert found[0] == [2]
    assert isinstance(found[1], RuntimeError)
    assert found[2] == [6]
    assert await ask(mine, 4) == [8]


async def test_who_leaves_is_not_computed_and_harms_no_neighbour(batcher: Pair) -> None:
    mine, graph = batcher
    asked = [asyncio.create_task(ask(mine, n)) for n in range(6)]
    await asyncio.sleep(0)  # all of them wait now
    asked[2].cancel()
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(found.pop(2), asyncio.CancelledError)
    assert found == [[2 * n] for n in (0, 1, 3, 4, 5)]
    assert await ask(mine, 9) == [18]
    assert sum(graph.runs) in (6, 7)  # in a thread, its run may have begun


async def test_who_leaves_while_the_graph_runs_harms_no_neighbour() -> None:
    loop, began, go = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()

    def slow(features: Features) -> Outputs:
        loop.call_soon_threadsafe(began.set)
        asyncio.run_coroutine_threadsafe(go.wait(), loop).result(60)
        return {"y": features["x"] * 2}

    with ThreadPoolExecutor(1) as thread:
        mine = Batcher(slow, thread)
        leaver, other = asyncio.create_task(ask(mine, 1)), asyncio.create_task(ask(mine, 2))
        await began.wait()
        leaver.cancel()
        await asyncio.wait({leaver})
        go.set()
        assert await other == [4]
