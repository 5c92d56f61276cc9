"""Passes, one after the other: nothing is done twice, and everybody hears how far it is."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hone_trainer.prepare.executor import Executor, Work
from hone_trainer.prepare.scratch import Scratch
from hone_trainer.prepare.work_progress import heard_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from hone_trainer.pod.context import Context

SETTLED = 0.03
"""Share of the whole after which a guess at the rest is worth something."""
PAUSE_S = 1.0
"""Between two words on progress."""


Leg = str | tuple[str, int, int]
"""A span; or one of several passes of it: (span, which, of how many)."""


def legs_of(span: str, count: int) -> list[Leg]:
    """Name the passes of a span that has several."""
    return [(span, number, count) for number in range(count)]


@dataclass
class PassRunner:
    """The passes of one preparation, in one attempt."""

    ctx: Context
    executor: Executor
    scratch: Scratch
    spans: dict[str, tuple[float, float]]
    """Pass -> where it begins and ends, of the whole as 0 to 1."""
    again: bool = False
    """Whether an earlier attempt left something."""
    _begun: float = field(default_factory=time.monotonic)
    _start: float | None = None
    _told: float = 0.0
    _far: float = 0.0

    def run(
        self,
        name: str,
        work: Work,
        count: int,
        span: Leg,
        watch: Callable[[dict[str, Any]], None] | None = None,
    ) -> list[dict[str, Any]]:
        """Do a pass; give its facts by index.

        Args:
            name: under which the work is noted.
            work: what is done for each index.
            count: how many there are.
            span: what people call it, one of ``spans``, or a part of one.
            watch: hears the facts of what ends in this attempt; may raise to stop.
        """
        found = self.scratch.notes(name)
        self.again = self.again or bool(found)
        self.tell(span, len(found) / max(1, count), f"{len(found)} of {count}")

        def done(index: int, facts: dict[str, Any]) -> None:
            found[index] = facts
            if watch is not None:
                watch(facts)
            self.ctx.heartbeat.beat()
            if time.monotonic() - self._told > PAUSE_S or len(found) == count:
                self.tell(span, len(found) / count, f"{len(found)} of {count}")

        parts: dict[int, tuple[float, int]] = {}

        def hear(index: int, share: float, rows: int) -> None:
            parts[index] = share, rows
            self.ctx.heartbeat.beat()
            if time.monotonic() - self._told > PAUSE_S:
                under_way = [part for k, part in tuple(parts.items()) if k not in found]
                share = len(found) + sum(each for each, _ in under_way)
                more = sum(number for _, number in under_way)
                self.tell(span, share / count, f"{len(found)} of {count}, and {more:,} rows")

        with heard_by(hear):
            self.executor.map(work, [index for index in range(count) if index not in found], done)
        return [found[index] for index in range(count)]

    def tell(self, span: Leg, share: float, what: str) -> None:
        """Say how far a pass is, and how long the rest may take."""
        span, number, count = (span, 0, 1) if isinstance(span, str) else span
        begin, end = self.spans[span]
        share = (number + share) / count
        # What was said is not taken back, as where a piece that was in hand begins anew.
        fraction = self._far = max(self._far, begin + (end - begin) * share)
        now = self._told = time.monotonic()
        if self._start is None:
            self._start = fraction
        moved = fraction - self._start
        remaining = (1 - fraction) * (now - self._begun) / moved if moved > SETTLED else None
        note = ", going on from an earlier attempt" if self.again else ""
        self.ctx.progress(fraction, f"{span}: {what}{note}", remaining=remaining)
