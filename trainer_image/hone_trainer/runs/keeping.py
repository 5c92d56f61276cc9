"""What a pod puts on record of its run: that it begins, and how it ended.

Nothing here decides whether a stage succeeds. An attempt is written down by its chief alone; its
beginning stays as it was first written, and a failure never takes the place of a success: a zombie
that dies late changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from hone_trainer.contract.assignment import Report, StageFailure
from hone_trainer.runs.reading import read
from hone_trainer.runs.record import ENDED, RUN, STARTED, SUCCEEDED, Run, Step, Word
from hone_trainer.runs.versions import versions
from hone_trainer.store.errors import UNREACHABLE

if TYPE_CHECKING:
    from hone_trainer.contract.assignment import Assignment
    from hone_trainer.store.artifact_store import ArtifactStore

SILENT = ("Interrupted", UNREACHABLE)
"""Ends that are not written down: the same attempt may go on, or there is nowhere to write."""
_log = logging.getLogger("hone")


@dataclass(frozen=True)
class Keeper:
    """Keeps the record of one attempt."""

    store: ArtifactStore
    task: Assignment
    chief: bool
    now: Callable[[], datetime]

    def begin(self) -> None:
        """Put on record that the attempt begins, and the run where this is its first pod."""
        if not self.chief:
            return
        task, moment = self.task, self.now()
        if task.planned is not None:
            run = Run(
                namespace=task.namespace,
                job=task.job,
                uid=task.uid,
                started_at=moment,
                spec=task.planned.spec,
                stages=task.planned.stages,
            )
            self.store.create(f"{run.home}/{RUN}", run.encode())
        step = Step(
            stage=task.stage,
            kind=next(iter(task.run)),
            member=task.member,
            members=task.members,
            attempt=task.attempt,
            started_at=moment,
            versions=versions(),
        )
        self.store.create(f"{self._folder}/{STARTED}", step.encode())

    def end(self, report: Report) -> None:
        """Put on record how it ended; that this cannot be written is no reason to fail."""
        if not self.chief or report.reason in SILENT:
            return
        try:
            self._end(report)
        except StageFailure as failure:
            _log.warning("not on record: %s", failure.message)

    def _end(self, report: Report) -> None:
        begun = Step.model_validate_json(self.store.get(f"{self._folder}/{STARTED}"))
        told = {"ended_at": self.now(), "word": Word.model_validate(report.dump())}
        data, path = begun.model_copy(update=told).encode(), f"{self._folder}/{ENDED}"
        if report.reason != SUCCEEDED:
            self.store.create(path, data)
            return
        self.store.put(path, data)
        home = f"{self.task.namespace}/{self.task.job}/{self.task.uid}"
        if (run := read(self.store, home)) and run.state == "Complete":
            self.store.put(f"{home}/{RUN}", run.encode())

    @property
    def _folder(self) -> str:
        return f"{self.task.prefix}/{self.task.attempt}"
