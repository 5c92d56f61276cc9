"""A pod's whole life: understand the task, run one stage, say how it ended, leave.

Exit codes are those of ``task.Exit``; the termination message holds the report. A stage that an
earlier attempt has committed is reported again and not run.
"""

from __future__ import annotations

import hone_trainer.pod.block_signals  # noqa: F401 - nothing slow is imported before it

# isort: split
import logging
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError

from hone_trainer.contract.assignment import (
    DEFAULT_TOKEN,
    TASK_VARIABLE,
    TOKEN_VARIABLE,
    Assignment,
    Exit,
    Interrupted,
    Report,
    StageFailure,
)
from hone_trainer.contract.stage import Stage
from hone_trainer.pod.context import Context
from hone_trainer.pod.first_look import look, share
from hone_trainer.pod.gang import Gang, limit_threads, lost_peer
from hone_trainer.pod.guardian import guard
from hone_trainer.pod.heartbeat import Heartbeat
from hone_trainer.pod.progress_client import Poster, Remembering
from hone_trainer.pod.termination_message import leave
from hone_trainer.runs.keeping import Keeper
from hone_trainer.stages import AnyStage
from hone_trainer.store.artifact_store import ArtifactStore, open_store
from hone_trainer.store.input_digest import input_digest

CRASHED = "Crashed"
_log = logging.getLogger("hone")


def main() -> NoReturn:
    """Run the stage that the environment names; never returns."""
    logging.basicConfig(
        stream=sys.stdout,
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(message)s",
        datefmt="%H:%M:%S",
    )
    for chatty in ("tensorflow", "absl"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    guard(work, keep_stacks)


def work(heartbeat: Heartbeat) -> NoReturn:
    """Run the stage in this process and say how it ended."""
    limit_threads(os.environ)
    # Read when TensorFlow is first imported, whoever does that: warnings and errors only.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        report = run(read_task(), heartbeat)
    except Exception as error:
        report, code = judge(error)
        if report.reason == CRASHED:
            _log.exception("crashed")
        leave(report, code)
    leave(report, Exit.OK)


def read_task() -> Assignment:
    """Understand the task; ``BadTask`` where that is impossible."""
    try:
        return Assignment.read(os.environ)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        message = f"{TASK_VARIABLE}: {where}: {first['msg']}".replace(": :", ":")
        raise StageFailure("BadTask", message) from None
    except (ValueError, TypeError, OSError) as error:
        raise StageFailure("BadTask", f"{TASK_VARIABLE} cannot be read: {error}") from None


def keep_stacks(text: str) -> str:
    """Store what a pod that hangs was doing; give the address."""
    task, gang = read_task(), Gang.read(os.environ)
    path = f"{task.prefix}/{task.attempt}/stacks-{gang.rank}.txt"
    store = open_store(task.store)
    store.put(path, text.encode())
    return store.uri(path)


def run(task: Assignment, heartbeat: Heartbeat | None = None) -> Report:
    """Run one stage in this pod, unless its output is already there."""
    gang = Gang.read(os.environ)
    place = f"pod {gang.rank + 1}/{gang.size}, attempt {task.attempt}"
    _log.info(
        "%s/%s stage %s member %s: %s", task.namespace, task.job, task.stage, task.member, place
    )
    token = Path(os.environ.get(TOKEN_VARIABLE, DEFAULT_TOKEN))
    with Poster(task.progress_url if gang.rank == 0 else None, token) as poster:
        return _run(task, gang, Remembering(poster), heartbeat or Heartbeat())


def _run(task: Assignment, gang: Gang, post: Remembering, heartbeat: Heartbeat) -> Report:
    store = open_store(task.store)
    try:
        stage: Stage = AnyStage.model_validate(task.run).value
    except ValidationError as error:
        raise StageFailure("BadTask", f"run: {error.errors()[0]['msg']}") from None
    # Waiting for the storage is no hang, however long it lasts; the store gives up by itself.
    store.hear = heartbeat.beat

    def wait(words: str) -> None:
        heartbeat.beat()
        post.add(words)

    store.say = wait
    keeper = Keeper(store, task, gang.rank == 0, lambda: datetime.now(UTC))
    keeper.begin()
    try:
        report = _work(stage, task, store, gang, post, heartbeat)
    except Exception as error:
        keeper.end(judge(error)[0])
        raise
    keeper.end(report)
    return report


def _work(
    stage: Stage,
    task: Assignment,
    store: ArtifactStore,
    gang: Gang,
    post: Remembering,
    heartbeat: Heartbeat,
) -> Report:
    digest = input_digest(task, stage, store)
    with tempfile.TemporaryDirectory(prefix="hone-") as work:
        place = Path(work), post, gang.rank, gang.size, heartbeat
        ctx, report = look(Context(task, store, *place, stage.makes, digest), stage, post.add)
        if report is None:
            gang.await_names(post.add)
            report = stage.run(ctx)
            share(ctx, stage, report)
        elif report.manifest is not None:
            _log.info("found committed: %s", report.manifest.uri)
        tidy(stage, ctx)
    return report


def tidy(stage: Stage, ctx: Context) -> None:
    """Clear up after a committed stage; what cannot be removed is no reason to fail."""
    try:
        if ctx.chief:
            stage.tidy(ctx)
    except StageFailure as failure:
        _log.warning("left in the store: %s", failure.message)


def judge(error: Exception) -> tuple[Report, int]:
    """Return the report and the exit code that an error stands for."""
    if isinstance(error, StageFailure):
        return error.report, 1 if error.retry else Exit.DO_NOT_RETRY
    if isinstance(error, Interrupted):
        return Report(reason="Interrupted", message=str(error)), Exit.INTERRUPTED
    if lost_peer(error):
        message = f"another pod of the gang went away ({type(error).__name__})"
        if "heartbeat" in str(error).lower():
            message = "another pod of the gang answers no more: it hangs, or its node is gone"
        return Report(reason="PeerLost", message=message), Exit.PEER_LOST
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        remedy = "raise resources.limits.memory or lower train.batchSize"
        return Report(reason="OutOfMemory", message=f"out of memory: {remedy}"), 1
    text = (str(error).strip().splitlines() or [""])[-1][:400]
    return Report(reason=CRASHED, message=f"{type(error).__name__}: {text}"), 1


if __name__ == "__main__":
    main()
