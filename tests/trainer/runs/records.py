"""Runs in three lines: records as pods would write them, at moments of the test's choosing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from hone_trainer.contract.assignment import Assignment, Report
from hone_trainer.contract.planned import Planned, PlannedStage
from hone_trainer.runs.keeping import Keeper
from hone_trainer.runs.record import Step, Word
from hone_trainer.store.artifact_store import ArtifactStore

START = datetime(2030, 1, 1, tzinfo=UTC)
STAGES = (
    PlannedStage(name="data", kind="prepare"),
    PlannedStage(name="train", kind="train", members=2),
    PlannedStage(name="own", kind="custom", reports=False),
)
SPEC = {"seed": 0, "stages": [{"name": "data", "prepare": {}}, {"name": "train", "train": {}}]}
PLANNED = Planned(spec=SPEC, stages=STAGES)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def step(stage: str = "data", reason: str = "Succeeded", **said: Any) -> Step:
    """An attempt that ended so; ``reason=""`` for one that has not."""
    ended = {"ended_at": at(9), "word": Word(reason=reason)} if reason else {}
    kinds = {each.name: each.kind for each in STAGES}
    return Step(**{"stage": stage, "kind": kinds[stage], "started_at": at(0), **ended, **said})


class Pods:
    """Keeps the record of pods of one run, a second passing with every call."""

    def __init__(
        self,
        store: ArtifactStore,
        uid: str = "uid-1",
        job: str = "clicks",
        namespace: str = "shop",
    ) -> None:
        self.store, self.uid, self.job, self.namespace = store, uid, job, namespace
        self.seconds, self.planned = 0, PLANNED

    def keeper(self, stage: str, *, chief: bool = True, **task: Any) -> Keeper:
        whole = next(each for each in self.planned.stages if each.name == stage)
        asked = Assignment(
            namespace=self.namespace,
            job=self.job,
            uid=self.uid,
            stage=stage,
            run={whole.kind: {}},
            members=whole.members,
            store=self.store.settings,
            planned=self.planned if stage == "data" else None,
        )
        return Keeper(self.store, asked.model_copy(update=task), chief, self._clock())

    def run(self, stage: str, reason: str = "Succeeded", **task: Any) -> None:
        """One attempt, from its beginning to its end."""
        keeper = self.keeper(stage, **task)
        keeper.begin()
        if reason:
            keeper.end(Report(reason=reason))

    def complete(self) -> None:
        """All that there is to do."""
        for stage, member in (("data", 0), ("train", 0), ("train", 1)):
            self.run(stage, member=member)

    def _clock(self) -> Callable[[], datetime]:
        def now() -> datetime:
            self.seconds += 1
            return at(self.seconds)

        return now
