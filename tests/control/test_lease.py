"""One acts, the others stand by: the election against a lock in memory, in virtual time."""

import asyncio
import random
from dataclasses import replace

import pytest

from hone.cluster.lock import Holding
from hone.cluster.port import Conflict, Gone, Unavailable
from hone.control.lease import Lease, Lost, Terms
from tests.control.virtual import now, run

TERMS = Terms()


class MemoryLock:
    """A record with optimistic locking; out of reach when told so."""

    def __init__(self) -> None:
        self.stored: Holding | None = None
        self.broken = False
        self.slow = 0.0

    async def read(self) -> Holding | None:
        await asyncio.sleep(self.slow)
        if self.broken:
            raise Unavailable("no route")
        return self.stored

    async def write(self, holding: Holding) -> Holding:
        if self.broken:
            raise Unavailable("no route")
        before = self.stored.version if self.stored else ""
        if holding.version and not before:
            raise Gone("no record")
        if holding.version != before:
            raise Conflict("somebody was faster")
        self.stored = replace(holding, version=str(int(before or 0) + 1))
        return self.stored


def candidate(lock: MemoryLock, name: str) -> Lease:
    return Lease(lock, name, TERMS, clock=now, address=f"{name}:8080")


def test_the_first_one_leads_and_says_so() -> None:
    async def main() -> None:
        lock = MemoryLock()
        await candidate(lock, "a").acquire()
        assert lock.stored == Holding("a", TERMS.seconds, "a:8080", version="1")

    run(main())


def test_a_silent_leader_is_replaced_after_the_lease_and_not_before() -> None:
    async def main() -> None:
        lock = MemoryLock()
        await candidate(lock, "a").acquire()
        began = now()
        await candidate(lock, "b").acquire()
        assert now() - began == pytest.approx(TERMS.seconds)
        assert lock.stored
        assert (lock.stored.holder, lock.stored.transitions) == ("b", 1)

    run(main())


def test_a_leader_that_gives_signs_of_life_stays() -> None:
    async def main() -> None:
        lock = MemoryLock()
        leader = candidate(lock, "a")
        await leader.acquire()
        holding = asyncio.create_task(leader.hold())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(candidate(lock, "b").acquire(), 3600)
        assert not holding.done()

    run(main())


def test_a_released_lease_is_taken_at_the_next_try() -> None:
    async def main() -> None:
        lock = MemoryLock()
        leader = candidate(lock, "a")
        await leader.acquire()
        waiting = asyncio.create_task(candidate(lock, "b").acquire())
        await asyncio.sleep(5)
        began = now()
        await leader.release()
        await waiting
        assert now() - began <= TERMS.retry

    run(main())


def test_a_standby_knows_where_the_leader_is() -> None:
    async def main() -> None:
        lock = MemoryLock()
        leader, standby = candidate(lock, "a"), candidate(lock, "b")
        assert standby.leader == ""
        await leader.acquire()
        waiting = asyncio.create_task(standby.acquire())
        await asyncio.sleep(TERMS.retry)
        assert (leader.leader, standby.leader) == ("", "a:8080")
        await leader.release()
        await waiting
        assert standby.leader == ""

    run(main())


def test_release_leaves_the_lease_of_others_alone() -> None:
    async def main() -> None:
        lock = MemoryLock()
        await candidate(lock, "a").acquire()
        await candidate(lock, "b").release()
        assert lock.stored
        assert lock.stored.holder == "a"
        lock.broken = True
        await candidate(lock, "a").release()

    run(main())


@pytest.mark.parametrize("how", ["broken", "slow"])
def test_a_leader_cut_off_gives_up_before_others_may_take_over(how: str) -> None:
    async def main() -> None:
        lock = MemoryLock()
        leader = candidate(lock, "a")
        await leader.acquire()
        began = now()
        setattr(lock, how, 60.0)
        with pytest.raises(Lost):
            await leader.hold()
        assert now() - began < TERMS.seconds

    run(main())


def test_a_short_fault_is_forgiven() -> None:
    async def main() -> None:
        lock = MemoryLock()
        leader = candidate(lock, "a")
        await leader.acquire()
        holding = asyncio.create_task(leader.hold())
        for _ in range(20):
            lock.broken = True
            await asyncio.sleep(TERMS.give_up / 2)
            lock.broken = False
            await asyncio.sleep(TERMS.retry * 2)
        assert not holding.done()

    run(main())


def test_a_leader_that_was_replaced_stops_at_once() -> None:
    async def main() -> None:
        lock = MemoryLock()
        leader = candidate(lock, "a")
        await leader.acquire()
        assert lock.stored
        lock.stored = replace(lock.stored, holder="b", version="99")
        began = now()
        with pytest.raises(Lost, match="b holds"):
            await leader.hold()
        assert now() - began <= TERMS.retry

    run(main())


@pytest.mark.parametrize("seed", range(20))
def test_two_never_lead_at_once(seed: int) -> None:
    """Candidates come and go, are cut off and come back; each has its own way to the lock."""
    rng = random.Random(seed)

    class Way(MemoryLock):
        """One candidate's way to the shared record; only this one may be broken."""

        async def read(self) -> Holding | None:
            await asyncio.sleep(rng.random() * 0.3)
            if self.broken:
                raise Unavailable("no route")
            return await shared.read()

        async def write(self, holding: Holding) -> Holding:
            await asyncio.sleep(rng.random() * 0.3)
            if self.broken:
                raise Unavailable("no route")
            return await shared.write(holding)

    shared = MemoryLock()
    leading: set[str] = set()
    terms_served = 0

    async def live(name: str, way: Way) -> None:
        nonlocal terms_served
        while True:
            lease = candidate(way, name)
            await lease.acquire()
            leading.add(name)
            terms_served += 1
            assert len(leading) == 1, leading
            try:
                await lease.hold()
            except Lost:
                pass
            finally:
                leading.discard(name)

    async def main() -> None:
        ways = {name: Way() for name in "abc"}
        lives = [asyncio.create_task(live(name, way)) for name, way in ways.items()]
        for _ in range(100):
            await asyncio.sleep(rng.random() * 20)
            way = rng.choice(list(ways.values()))
            way.broken = not way.broken
            assert not any(task.done() for task in lives)

    run(main())
    assert terms_served > 3
