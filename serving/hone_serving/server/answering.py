"""From raw rows to answers, of several requests at once: what is dear is dear by the call.

To encode one row costs as much as to encode thirty. So requests go through the model together, and
still none depends on another: rows are refused one by one, what fails together is tried apart, and
each request is answered as if it had come alone.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress

import numpy as np

from hone_serving.model import REFUSED, Answer, Encoded, Outputs
from hone_serving.server.question import Question
from hone_serving.server.served import Served
from hone_trainer.contract.assignment import StageFailure

log = logging.getLogger(__name__)

FAILED = "the model failed on this row; the server's log has the reason"


def answer(model: Served, questions: Sequence[Question]) -> list[list[Answer]]:
    """Return what is said of the rows of each request; ``refused`` where there is no answer."""
    if len(questions) > 1:
        try:
            return _together(model, questions)
        except StageFailure:
            pass  # whose rows they are is told below
        except Exception:
            log.warning("several requests failed together: each is tried alone", exc_info=True)
    return [_alone(model, each) for each in questions]


def _together(model: Served, questions: Sequence[Question]) -> list[list[Answer]]:
    encoded = model.encode([row for question in questions for row in question.rows])
    outputs = model.infer(encoded.features) if len(encoded.rows) else {}
    if len(questions) == 1:
        return [model.answer(outputs, encoded, questions[0].top)]
    found, start = [], 0
    for question in questions:
        stop = start + len(question.rows)
        found.append(model.answer(*part(outputs, encoded, start, stop), question.top))
        start = stop
    return found


def part(outputs: Outputs, encoded: Encoded, start: int, stop: int) -> tuple[Outputs, Encoded]:
    """Return what is known of some of the given rows, as if no others had been given."""
    first, last = start, stop
    refused = encoded.refused
    if refused:
        first, last = np.searchsorted(encoded.rows, (start, stop)).tolist()
        refused = {n - start: why for n, why in refused.items() if start <= n < stop}
    mine = Encoded(
        stop - start,
        {name: values[first:last] for name, values in encoded.features.items()},
        encoded.rows[first:last] - start,
        refused,
        {name: seen[first:last] for name, seen in encoded.seen.items()},
        {name: codes[first:last] for name, codes in encoded.lists.items()},
    )
    return {name: values[first:last] for name, values in outputs.items()}, mine


def _alone(model: Served, question: Question) -> list[Answer]:
    """Return the answers to a request; rows on which the model fails cost no other its answer."""
    rows, top = question
    try:
        return _together(model, [question])[0]
    except Exception as error:
        if len(rows) == 1:
            return [{REFUSED: _reason(error)}]
    found = [_alone(model, Question([row], top))[0] for row in rows]
    good = [n for n, each in enumerate(found) if REFUSED not in each]
    with suppress(Exception):  # what is said of a row may depend on others of its request
        (told,) = _together(model, [Question([rows[n] for n in good], top)])
        for n, each in zip(good, told, strict=True):
            found[n] = each
    return found


def _reason(error: Exception) -> str:
    if isinstance(error, StageFailure):
        return error.message
    log.error("the model failed on a row", exc_info=error)
    return FAILED
