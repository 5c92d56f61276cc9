"""A slow round rings for what changed unheard, and leaves everything else alone."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import pytest

from hone.cluster.port import Key, Mark, Seen, Unavailable
from hone.control.rounds import Rounds
from hone.plan.world import World
from tests.control.virtual import run

A, B = Key("shop", "a"), Key("shop", "b")


def looked(mark: Mark) -> Seen:
    return Seen({}, World(), mark)


@pytest.mark.parametrize(
    ("there", "rung"),
    [
        ({A: 1, B: 2}, []),
        ({A: 3, B: 2}, [A]),
        ({A: 3, B: 4}, [A, B]),
        ({A: 1}, [B]),
        ({}, [A, B]),
        ({A: 1, B: 2, Key("shop", "c"): 5}, [Key("shop", "c")]),
    ],
    ids=["as it was", "changed", "both", "gone", "all gone", "new"],
)
def test_only_what_is_not_as_it_was_is_looked_at(
    there: Mapping[Key, Mark], rung: list[Key]
) -> None:
    heard: list[Key] = []
    rounds = Rounds(heard.append)
    rounds.noticed(A, looked(1))
    rounds.noticed(B, looked(2))
    rounds.compare(there)
    assert heard == rung


def test_what_was_looked_at_once_more_is_left_alone() -> None:
    heard: list[Key] = []
    rounds = Rounds(heard.append)
    for _ in range(2):
        rounds.compare({A: 7})
        rounds.noticed(A, looked(7))
    rounds.compare({})
    rounds.noticed(A, None)
    rounds.compare({})
    assert heard == [A, A]


def test_a_round_outlives_a_server_that_does_not_answer() -> None:
    async def main() -> None:
        heard: list[Key] = []
        asked = 0

        async def marks() -> Mapping[Key, Mark]:
            nonlocal asked
            asked += 1
            if asked == 1:
                raise Unavailable("no route")
            return {A: 1}

        walking = asyncio.create_task(Rounds(heard.append).walk(marks, timedelta(minutes=1)))
        await asyncio.sleep(130)
        assert heard == [A]
        walking.cancel()

    run(main())
