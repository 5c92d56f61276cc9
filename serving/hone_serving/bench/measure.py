"""Rounds: each server in turn, so that whatever else the machine does is fair to all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from statistics import median
from typing import Any

from hone_serving.bench.contender import Contender
from hone_serving.bench.load import drive
from hone_trainer.contract.assignment import StageFailure


@dataclass(frozen=True)
class Figures:
    """What a server did in a round, or in the middle one of several."""

    throughput: float
    """Requests a second."""
    p50: float
    """Milliseconds within which half of the answers came."""
    p95: float
    p99: float
    cpu: float
    """Microseconds of the server's processor time a request; NaN where the system tells none."""


@dataclass(frozen=True)
class Line:
    """A server under so many clients."""

    name: str
    clients: int
    figures: Figures
    throughput_ratio: float
    """To the plain handler in the same rounds."""
    cpu_ratio: float
    """The plain handler's to it: more is cheaper."""

    def dump(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


def race(
    contenders: Sequence[Contender], clients: Sequence[int], rounds: int, seconds: float
) -> list[Line]:
    """Measure servers.

    Args:
        contenders: who takes part; the second is what all are compared with.
        clients: how many ask at once, one after the other.
        rounds: how often each has its turn.
        seconds: how long a turn is.
    """
    found = []
    for each in contenders:  # what is done for the first time is not counted
        asyncio.run(drive(each.port, each.request, 1, min(seconds, 0.5)))
    for many in clients:
        turns = [[_turn(each, many, seconds) for each in contenders] for _ in range(rounds)]
        for place, each in enumerate(contenders):
            mine, plain = [turn[place] for turn in turns], [turn[1] for turn in turns]
            pairs = list(zip(mine, plain, strict=True))
            ours = Figures(*(median(values) for values in zip(*map(astuple, mine), strict=True)))
            ratio = median(own.throughput / other.throughput for own, other in pairs)
            cheap = median(other.cpu / own.cpu if own.cpu else 1.0 for own, other in pairs)
            found.append(Line(each.name, many, ours, ratio, cheap))
    return found


def _turn(contender: Contender, clients: int, seconds: float) -> Figures:
    before = contender.cpu()
    load = asyncio.run(drive(contender.port, contender.request, clients, seconds))
    after = contender.cpu()
    if load.failed:
        message = f"{contender.name} failed {load.failed} of {len(load.seconds)} requests"
        raise StageFailure("RequestsFailed", f"{message}: look at the log of `hone serve`")
    taken = sorted(load.seconds)
    count = len(taken)
    spent = float("nan") if before is None or after is None else (after - before) / count * 1e6
    p50, p95, p99 = (taken[int((count - 1) * share)] * 1e3 for share in (0.5, 0.95, 0.99))
    return Figures(count / seconds, p50, p95, p99, spent)
