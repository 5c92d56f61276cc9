"""The record of a run: who asked for what, and what became of it, attempt by attempt.

A run is one job under one uid. ``run.json`` in its folder is written when its first pod begins, and
once more, with all steps in it, when its last stage is done. In between, each attempt keeps two
files beside its own: one when it begins, one when it ends. Whoever reads joins them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, ConfigDict

from hone_trainer.contract.assignment import Report
from hone_trainer.contract.planned import PlannedStage
from hone_trainer.contract.spec import Spec

RUN, STARTED, ENDED = "run.json", "started.json", "ended.json"
SUCCEEDED = "Succeeded"
State = Literal["Complete", "Failed", "Unfinished"]
"""``Failed`` is the last word of a pod, and ``Unfinished`` that there is none: it is at work, was
stopped, or could say nothing any more."""


class Word(Report):
    """The last word of a pod; what a later version may have added is dropped."""

    model_config = ConfigDict(extra="ignore")


class Step(Spec):
    """What one attempt of one member of a stage did."""

    model_config = ConfigDict(extra="ignore")

    version: Literal[1] = 1
    stage: str
    kind: str
    member: int = 0
    members: int = 1
    attempt: int = 0
    started_at: AwareDatetime
    ended_at: AwareDatetime | None = None
    versions: dict[str, str] = {}
    """What ran."""
    word: Word | None = None
    """How it ended; None before."""

    def encode(self) -> bytes:
        """Return the bytes that are stored."""
        return self.model_dump_json(by_alias=True, exclude_none=True, indent=1).encode()

    @property
    def succeeded(self) -> bool:
        """Whether it committed its output."""
        return self.word is not None and self.word.reason == SUCCEEDED


class Run(Spec):
    """A run."""

    model_config = ConfigDict(extra="ignore")

    version: Literal[1] = 1
    namespace: str
    job: str
    uid: str
    started_at: AwareDatetime
    spec: dict[str, Any]
    """What was asked for: see ``Planned``."""
    stages: tuple[PlannedStage, ...]
    """All stages of the job, in order."""
    steps: tuple[Step, ...] = ()
    """Every attempt that is on record, in the order in which they began."""

    @property
    def home(self) -> str:
        """Its folder below the store."""
        return f"{self.namespace}/{self.job}/{self.uid}"

    @property
    def state(self) -> State:
        """How it ended, as far as its pods could tell."""
        last = self.last()
        if any(step.word is not None and not step.succeeded for step in last):
            return "Failed"
        done = {(step.stage, step.member) for step in last if step.succeeded}
        wanted = {
            (stage.name, member)
            for stage in self.stages
            if stage.reports
            for member in range(stage.members)
        }
        return "Complete" if wanted and wanted <= done else "Unfinished"

    @property
    def ended_at(self) -> datetime | None:
        """When its last pod had its last word; None where it may still go on."""
        if self.state == "Unfinished":
            return None
        return max((step.ended_at for step in self.steps if step.ended_at), default=None)

    def last(self) -> tuple[Step, ...]:
        """Return the latest attempt of every member, stages in order."""
        found = {(step.stage, step.member): step for step in sorted(self.steps, key=_attempt)}
        order = {stage.name: index for index, stage in enumerate(self.stages)}
        return tuple(sorted(found.values(), key=lambda s: (order.get(s.stage, 99), s.member)))

    def encode(self) -> bytes:
        """Return the bytes that are stored."""
        return self.model_dump_json(by_alias=True, exclude_none=True, indent=1).encode()


def _attempt(step: Step) -> int:
    return step.attempt
