"""A pod's first look: at what attempts of its own have committed, then at what other jobs made.

The chief looks for its gang and leaves word of it: where nothing has to be made, all pods end. What
it found elsewhere it commits as a reference, and later stages read it where it lies.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from hone_trainer.contract.assignment import Report, StageFailure
from hone_trainer.store.input_digest import output_key
from hone_trainer.store.reuse import committed, find, keep

if TYPE_CHECKING:
    from hone_trainer.contract.stage import Stage
    from hone_trainer.pod.context import Context

WORD = "word"
"""File of an attempt in which its chief says whether there is work."""
WORK, DONE = b"work", b"done"
DEADLINE_S = 900.0
"""How long a chief may take to come and look: a node may have to be added for it."""
PAUSE_S = 0.5
_log = logging.getLogger("hone")


def look(
    ctx: Context, stage: Stage, tell: Callable[[str], None], deadline: float = DEADLINE_S
) -> tuple[Context, Report | None]:
    """Return the report of what is there already; None where it has to be made.

    Args:
        ctx: the surroundings of the pod; they come back with the key of what it makes.
        stage: what it is for.
        tell: told what it is at.
        deadline: seconds that the word of the chief may take.

    Raises:
        StageFailure: something that the stage reads is not there; ``GangIncomplete``, after which
            another attempt may succeed.
    """
    found = committed(ctx.store, ctx.task, ctx.digest)
    if found is None and not ctx.chief:
        return ctx, _heed(ctx, tell, deadline)
    if found is None:
        tell("looking whether it was made before")
        ctx = replace(ctx, key=output_key(ctx.digest, stage, ctx.store))
        if ctx.key and ctx.task.reuse and not _said(ctx):
            found = find(ctx.store, ctx.task.namespace, ctx.key)
            found = found and ctx.refer(found)
    if ctx.chief and ctx.size > 1:
        ctx.store.create(_word(ctx), DONE if found else WORK)
    return ctx, found


def share(ctx: Context, stage: Stage, made: Report) -> None:
    """Let later jobs find what was made; that they may not is no reason to fail."""
    if not (ctx.chief and ctx.key and made.manifest):
        return
    try:
        if output_key(ctx.digest, stage, ctx.store) == ctx.key:
            keep(ctx.store, ctx.task.namespace, made.manifest, anew=not ctx.task.reuse)
        else:
            _log.warning("what it reads has changed meanwhile: later jobs will not find it")
    except StageFailure as failure:
        _log.warning("later jobs will not find it: %s", failure.message)


def _heed(ctx: Context, tell: Callable[[str], None], deadline: float) -> Report | None:
    """Wait for the word of the chief."""
    end = time.monotonic() + deadline
    tell("waiting for the word of the chief")
    while (said := _said(ctx)) is None:
        if time.monotonic() > end:
            message = f"no word of the chief after {deadline:.0f} s"
            raise StageFailure("GangIncomplete", message, retry=True)
        time.sleep(PAUSE_S)
    return Report(message="the chief found it made") if said == DONE else None


def _said(ctx: Context) -> bytes | None:
    """Return what the chief of this attempt has said; pods that went to work stay at it."""
    try:
        return ctx.store.get(_word(ctx))
    except StageFailure as failure:
        if failure.reason != "InputNotFound":
            raise
        return None


def _word(ctx: Context) -> str:
    return f"{ctx.folder}/{WORD}"
