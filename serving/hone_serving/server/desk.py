"""Where a question is let in, answered, and looked at once more before its answer leaves."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

from hone_serving.model import REFUSED, Answer
from hone_serving.server.answering import FAILED
from hone_serving.server.batcher import Batcher
from hone_serving.server.gate import Gate
from hone_serving.server.question import Question
from hone_serving.server.refusal import Refusal, wrong

TOLD = 3
"""Rows whose reasons a refusal names."""


class Desk:
    """Answers questions.

    Args:
        batcher: answers those that came at once.
        rows: how many rows may be inside.
    """

    def __init__(self, batcher: Batcher, rows: Gate) -> None:
        self._batcher = batcher
        self._rows = rows

    async def answer(self, question: Question) -> list[Answer]:
        """Return the answer to each row; ``refused`` with the reason where there is none.

        Raises:
            Refusal: no row can be answered, or there is no room for them now.
        """
        rows = len(question.rows)
        self._rows.enter(rows)
        try:
            return checked(await self._batcher.answer(question))
        finally:
            self._rows.leave(rows)


def checked(answers: Sequence[Answer]) -> list[Answer]:
    """Return answers of which none holds what is no number: JSON would say null in silence.

    Raises:
        Refusal: all of them are refused.
    """
    found = [answer if _sound(answer) else _unsound(answer) for answer in answers]
    if all(REFUSED in answer for answer in found):
        if any(answer[REFUSED] == FAILED for answer in found):
            raise Refusal(500, FAILED)
        reasons = [f"row {n}: {each[REFUSED]}" for n, each in enumerate(found[:TOLD])]
        more = f"; and {len(found) - TOLD} more" if len(found) > TOLD else ""
        raise wrong("; ".join(reasons) + more)
    return found


def _sound(value: Any) -> bool:
    kind = type(value)
    if kind is float:
        return isfinite(value)
    if kind is dict:
        return all(map(_sound, value.values()))
    return kind is not list or all(map(_sound, value))


def _unsound(answer: Answer) -> Answer:
    name = next(name for name, value in answer.items() if not _sound(value))
    return {REFUSED: f"the model's {name!r} is not finite: its numbers may be far too large"}
