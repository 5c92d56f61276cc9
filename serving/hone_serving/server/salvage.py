"""What can be answered of rows on which the graph failed together: each has a run of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence

import numpy as np

from hone_serving.model import Features, Outputs
from hone_serving.server.batcher import Batcher
from hone_trainer.contract.assignment import StageFailure

log = logging.getLogger(__name__)

FAILED = "the model failed on this row; the server's log has the reason"
Failed = Mapping[int, str]
"""Index of a row -> why it has no answer."""


async def infer(batcher: Batcher, features: Features, rows: int) -> tuple[Outputs, Failed]:
    """Return the outputs of rows, NaN for those on which the graph fails, and which these are."""
    if not rows:
        return {}, {}
    try:
        return await batcher.infer(features, rows), {}
    except Exception as error:
        if rows == 1:
            return {}, {0: _reason(error)}
    singles = [{name: each[n : n + 1] for name, each in features.items()} for n in range(rows)]
    found = await asyncio.gather(
        *(batcher.infer(one, 1) for one in singles), return_exceptions=True
    )
    failed = {n: _reason(each) for n, each in enumerate(found) if isinstance(each, Exception)}
    return _joined([each for each in found if not isinstance(each, BaseException)], failed), failed


def _reason(error: Exception) -> str:
    if isinstance(error, StageFailure):
        return error.message
    log.error("the model failed on a row", exc_info=error)
    return FAILED


def _joined(outputs: Sequence[Outputs], failed: Failed) -> Outputs:
    if not outputs:
        return {}
    total = len(outputs) + len(failed)
    good = [n for n in range(total) if n not in failed]
    joined = {}
    for name in outputs[0]:
        values = np.concatenate([each[name] for each in outputs])
        nothing = np.nan if values.dtype.kind == "f" else 0
        joined[name] = np.full((total, *values.shape[1:]), nothing, values.dtype)
        joined[name][good] = values
    return joined
