"""From raw rows to answers: encoded before they join a batch, checked before they leave."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import Executor
from math import isfinite
from typing import Any

from hone_serving.model import REFUSED, Answer, Encoded
from hone_serving.server.batcher import MOST, Batcher
from hone_serving.server.gate import Gate
from hone_serving.server.question import Question
from hone_serving.server.refusal import Refusal, wrong
from hone_serving.server.salvage import FAILED, infer
from hone_serving.server.served import Served
from hone_trainer.contract.assignment import StageFailure

log = logging.getLogger(__name__)

TOLD = 3
"""Rows whose reasons a refusal names."""


class Answering:
    """Answers questions.

    Args:
        model: what answers.
        batcher: runs its graph.
        rows: how many rows may be inside.
        beside: a thread for the rows of large requests, which would hold up all others.
    """

    def __init__(self, model: Served, batcher: Batcher, rows: Gate, beside: Executor) -> None:
        self._model = model
        self._batcher = batcher
        self._rows = rows
        self._beside = beside

    async def answer(self, question: Question) -> list[Answer]:
        """Return the answer to each row; ``refused`` with the reason where there is none.

        Raises:
            Refusal: no row can be answered, or there is no room for them now.
        """
        self._rows.enter(question.size)
        try:
            return checked(await self._answer(question))
        finally:
            self._rows.leave(question.size)

    async def _answer(self, question: Question) -> list[Answer]:
        large = question.size > MOST
        work = encode, self._model, question
        encoded: Encoded = await self._elsewhere(*work) if large else encode(self._model, question)
        good = encoded.count - len(encoded.refused)
        outputs, failed = await infer(self._batcher, encoded.features, good)
        if len(failed) == good:
            told = [{REFUSED: encoded.refused.get(n, "")} for n in range(encoded.count)]
        elif large:
            given = outputs, encoded, question.top
            told = await self._elsewhere(self._model.answer, *given)
        else:
            told = self._model.answer(outputs, encoded, question.top)
        if failed:
            places = [n for n in range(encoded.count) if n not in encoded.refused]
            for place, why in failed.items():
                told[places[place]] = {REFUSED: why}
        return told

    async def _elsewhere(self, work: Any, *given: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._beside, work, *given)


def encode(model: Served, question: Question) -> Encoded:
    """Return the rows as the graph reads them.

    Raises:
        Refusal: they cannot be read as a whole.
    """
    try:
        return model.encode(question.rows)
    except StageFailure as failure:
        raise wrong(failure.message) from None
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        log.warning("rows could not be read", exc_info=True)
        raise wrong(
            f"the rows cannot be read: {error}: send values as the model's example"
        ) from None


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
