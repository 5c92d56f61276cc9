"""The rules of the queue, in virtual time."""

import asyncio
from datetime import timedelta

import pytest

from hone.control.workqueue import FIRST_DELAY, LAST_DELAY, Closed, Workqueue
from tests.control.virtual import now, run


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def test_a_key_rung_often_comes_once() -> None:
    async def main() -> None:
        queue: Workqueue[str] = Workqueue()
        for key in ("a", "b", "a", "a"):
            queue.ring(key)
        assert len(queue) == 2
        assert [await queue.take(), await queue.take()] == ["a", "b"]
        assert len(queue) == 0

    run(main())


def test_a_key_rung_at_work_comes_again_and_never_to_two_workers() -> None:
    async def main() -> None:
        queue: Workqueue[str] = Workqueue()
        queue.ring("a")
        await queue.take()
        queue.ring("a")
        queue.ring("a")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(queue.take(), 10)
        queue.done("a")
        assert await queue.take() == "a"
        queue.done("a")
        assert len(queue) == 0

    run(main())


def test_a_failing_key_comes_back_later_and_later() -> None:
    async def main() -> list[float]:
        queue: Workqueue[str] = Workqueue()
        queue.ring("a")
        waits = []
        for _ in range(10):
            await queue.take()
            failed_at = now()
            queue.done("a", failed=True)
            await queue.take()
            waits.append(now() - failed_at)
            queue.done("a", failed=True)
            await asyncio.sleep(LAST_DELAY + 1)
        return waits

    waits = run(main())
    assert waits[0] == pytest.approx(FIRST_DELAY)
    assert waits == sorted(waits)
    assert waits[-1] == pytest.approx(LAST_DELAY)


def test_success_makes_patience_new() -> None:
    async def main() -> None:
        queue: Workqueue[str] = Workqueue()
        queue.ring("a")
        for failed in (True, True, False):
            await queue.take()
            queue.done("a", failed=failed)
        queue.ring("a")
        await queue.take()
        began = now()
        queue.done("a", failed=True)
        await queue.take()
        assert now() - began == pytest.approx(FIRST_DELAY)

    run(main())


@pytest.mark.parametrize(("wishes", "due"), [((5, 9), 5), ((9, 5), 5), ((7,), 7), ((-3, 4), 0)])
def test_of_several_wishes_the_earliest_counts(wishes: tuple[float, ...], due: float) -> None:
    async def main() -> None:
        queue: Workqueue[str] = Workqueue()
        began = now()
        for wish in wishes:
            queue.ring_later("a", seconds(wish))
        await queue.take()
        assert now() - began == pytest.approx(due)

    run(main())


def test_who_takes_a_key_settles_what_was_wished_for_later() -> None:
    async def main() -> None:
        queue: Workqueue[str] = Workqueue()
        queue.ring_later("a", seconds(5))
        queue.ring("a")
        await queue.take()
        queue.ring_later("a", seconds(7))  # a wish made meanwhile still counts
        queue.done("a")
        began = now()
        await queue.take()
        assert now() - began == pytest.approx(7)
        queue.done("a")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(queue.take(), 3600)

    run(main())


def test_a_closed_queue_hands_out_nothing_more() -> None:
    async def main() -> None:
        queue: Workqueue[str] = Workqueue()
        takers = [asyncio.create_task(queue.take()) for _ in range(3)]
        await asyncio.sleep(0)
        queue.ring_later("late", seconds(5))
        queue.close()
        queue.ring("after")
        ends = await asyncio.gather(*takers, return_exceptions=True)
        assert all(isinstance(end, Closed) for end in ends)
        with pytest.raises(Closed):
            await queue.take()
        assert len(queue) == 0

    run(main())


def test_what_waited_when_the_queue_closed_stays() -> None:
    async def main() -> None:
        queue: Workqueue[str] = Workqueue()
        queue.ring("a")
        queue.ring("b")
        await queue.take()
        queue.close()
        queue.done("a")
        with pytest.raises(Closed):
            await queue.take()

    run(main())
