"""What gathers goes together, nobody waits for company, and nobody suffers from it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from hone_serving.model import Answer
from hone_serving.server.batcher import MOST, Batcher
from hone_serving.server.question import Question


class Doubling:
    """Doubles what it is asked."""

    def __init__(self) -> None:
        self.runs: list[int] = []

    def __call__(self, questions: Sequence[Question]) -> list[list[Answer]]:
        self.runs.append(sum(len(each.rows) for each in questions))
        return [[{"y": 2 * row["x"]} for row in each.rows] for each in questions]


async def ask(batcher: Batcher, *values: int) -> list[int]:
    return [each["y"] for each in await batcher.answer(Question([{"x": x} for x in values]))]


Pair = tuple[Batcher, Doubling]


@pytest.fixture(params=["loop", "thread"])
def batcher(request: pytest.FixtureRequest) -> Iterator[Pair]:
    """A batcher in either place, and what it calls."""
    work = Doubling()
    with ThreadPoolExecutor(1) as thread, ThreadPoolExecutor(1) as beside:
        yield Batcher(work, None if request.param == "loop" else thread, beside), work


async def test_each_gets_its_own_rows(batcher: Pair) -> None:
    mine, work = batcher
    found = await asyncio.gather(*(ask(mine, n, n + 100) for n in range(10)))
    assert found == [[2 * n, 2 * n + 200] for n in range(10)]
    assert sum(work.runs) == 20


async def test_what_comes_at_once_goes_together(batcher: Pair) -> None:
    mine, work = batcher
    await asyncio.gather(*(ask(mine, n) for n in range(MOST + 5)))
    assert work.runs[0] == MOST


async def test_a_lone_request_waits_for_nobody(batcher: Pair) -> None:
    mine, work = batcher
    for n in range(5):
        assert await ask(mine, n) == [2 * n]
    assert work.runs == [1] * 5


async def test_a_batch_has_so_many_rows_and_a_larger_request_goes_alone(batcher: Pair) -> None:
    mine, work = batcher
    large = range(2 * MOST + 3)
    asked = [ask(mine, *large), *(ask(mine, *range(MOST - 1)) for _ in range(3)), ask(mine, 7)]
    found = await asyncio.gather(*asked)
    assert found[0] == [2 * n for n in large]
    assert found[-1] == [14]
    assert sorted(work.runs) == [MOST - 1, MOST - 1, MOST, len(large)]


async def test_a_fault_is_told_to_all_of_its_batch_and_to_nobody_else() -> None:
    def broken(questions: Sequence[Question]) -> list[list[Answer]]:
        if questions[0].rows[0]["x"] == 0:
            raise RuntimeError("a fault of ours")
        return Doubling()(questions)

    with ThreadPoolExecutor(1) as beside:
        mine = Batcher(broken, None, beside)
        found = await asyncio.gather(ask(mine, 0), ask(mine, 1), return_exceptions=True)
        assert [type(each) for each in found] == [RuntimeError, RuntimeError]
        assert await ask(mine, 4) == [8]


async def test_who_leaves_is_not_worked_for_and_harms_no_neighbour(batcher: Pair) -> None:
    mine, work = batcher
    asked = [asyncio.create_task(ask(mine, n)) for n in range(6)]
    await asyncio.sleep(0)  # all of them wait now
    asked[2].cancel()
    found: list[Any] = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(found.pop(2), asyncio.CancelledError)
    assert found == [[2 * n] for n in (0, 1, 3, 4, 5)]
    assert await ask(mine, 9) == [18]
    assert sum(work.runs) in (6, 7)  # in a thread, its run may have begun


async def test_who_leaves_while_it_is_worked_for_harms_no_neighbour() -> None:
    loop, began, go = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()

    def slow(questions: Sequence[Question]) -> list[list[Answer]]:
        loop.call_soon_threadsafe(began.set)
        asyncio.run_coroutine_threadsafe(go.wait(), loop).result(600)
        return Doubling()(questions)

    with ThreadPoolExecutor(1) as thread:
        mine = Batcher(slow, thread, thread)
        leaver, other = asyncio.create_task(ask(mine, 1)), asyncio.create_task(ask(mine, 2))
        await began.wait()
        leaver.cancel()
        await asyncio.wait({leaver})
        go.set()
        assert await other == [4]
