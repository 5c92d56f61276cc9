"""The Lease of a real API server keeps what the election relies on."""

import asyncio
from dataclasses import replace

import pytest

from hone.cluster.kube_lease import KubeLease
from hone.cluster.lock import Holding
from hone.cluster.port import Conflict
from hone.control.lease import Lease, Lost, Terms
from lab import patience
from tests.cluster.real import RealGround

pytestmark = pytest.mark.api
QUICK = Terms(seconds=2, give_up=1.5, retry=0.2)


def lock(ground: RealGround) -> KubeLease:
    return KubeLease(ground.api, ground.namespace, "hone")


async def test_the_first_write_makes_it_and_only_one_may(ground: RealGround) -> None:
    assert await lock(ground).read() is None
    made = await lock(ground).write(Holding("a", 15, "10.2.3.4:8080"))
    with pytest.raises(Conflict):
        await lock(ground).write(Holding("b", 15))
    assert await lock(ground).read() == made
    assert (made.holder, made.seconds, made.transitions) == ("a", 15, 0)
    assert made.address == "10.2.3.4:8080"


async def test_of_two_that_read_the_same_one_writes(ground: RealGround) -> None:
    made = await lock(ground).write(Holding("a", 15))
    await lock(ground).write(replace(made, holder="b"))
    with pytest.raises(Conflict):
        await lock(ground).write(replace(made, holder="c"))


async def test_a_takeover_and_what_the_old_leader_makes_of_it(ground: RealGround) -> None:
    first, second = Lease(lock(ground), "a", QUICK), Lease(lock(ground), "b", QUICK)
    await first.acquire()
    async with asyncio.timeout(patience.seconds(20)):
        await second.acquire()  # the first one is silent
        with pytest.raises(Lost):
            await first.hold()
    raw = await ground.get("apis/coordination.k8s.io/v1", "leases", "hone")
    assert raw
    assert (raw["spec"]["holderIdentity"], raw["spec"]["leaseTransitions"]) == ("b", 1)


async def test_a_released_lease_changes_hands_at_once(ground: RealGround) -> None:
    slow = replace(QUICK, seconds=300)
    first, second = Lease(lock(ground), "a", slow), Lease(lock(ground), "b", slow)
    await first.acquire()
    waiting = asyncio.create_task(second.acquire())
    await asyncio.sleep(0.5)
    assert not waiting.done()
    await first.release()
    async with asyncio.timeout(patience.seconds(10)):
        await waiting
