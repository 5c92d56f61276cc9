"""Stores of all kinds, drawn: runs in every state, outputs shared between them, litter, strangers.

What is written is written as pods would leave it, but for its age, which the test chooses.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from hone_trainer.contract.assignment import Store
from hone_trainer.contract.planned import PlannedStage
from hone_trainer.runs.record import Run, Step, Word
from hone_trainer.store.artifact_store import ArtifactStore
from hone_trainer.store.object_info import Entry

ROOT = "s3://models"
NOW = datetime(2031, 1, 1, tzinfo=UTC)
STAGES = {"data": "dataset", "train": "model", "check": None}
PLANNED = (
    *(PlannedStage(name=name, kind=name) for name in STAGES),
    PlannedStage(name="own", kind="custom", reports=False),
)


@dataclass(frozen=True)
class Drawn:
    """A run as it is drawn."""

    job: str
    age: int
    """Days."""
    made: tuple[str, ...]
    """What became of each stage: whole, half, none, or taken: of the nearest earlier run."""
    lacks: str
    """The stage that ended badly, or has not ended."""
    failed: bool
    bundle: bool
    key: bool
    strangers: tuple[str, ...]


class Memory(ArtifactStore):
    """A store in memory, whose objects are as old as the test says."""

    def __init__(self) -> None:
        super().__init__(Store(uri=ROOT), ROOT, None)
        self.objects: dict[str, tuple[bytes, datetime]] = {}
        self.last = -1
        """Removals until the connection is lost; never where negative."""

    def get(self, path: str) -> bytes:
        """Read an object."""
        return self.objects[path][0]

    def entries(self, prefix: str) -> Sequence[Entry]:
        """Return what lies below a folder."""
        every = sorted(self.objects.items())
        return [
            Entry(path, len(data), "", modified)
            for path, (data, modified) in every
            if path.startswith(prefix)
        ]

    def delete(self, path: str) -> None:
        """Remove an object, as long as somebody is there."""
        if self.last == 0:
            raise ConnectionError
        self.last -= 1
        self.objects.pop(path, None)


@dataclass
class Shelf:
    """A store that was drawn."""

    store: Memory = field(default_factory=Memory)
    runs: list[Run] = field(default_factory=list)
    age: dict[str, int] = field(default_factory=dict)
    """Home of a run -> days."""
    strangers: dict[str, bytes] = field(default_factory=dict)
    whole: dict[str, list[str]] = field(default_factory=dict)
    """Stage -> manifests of what was made, the latest last."""

    def put(self, path: str, content: bytes, age: int) -> None:
        self.store.objects[path] = (content, NOW - timedelta(days=age))

    def files(self) -> dict[str, bytes]:
        return {path: content for path, (content, _) in self.store.objects.items()}


STRANGE = (
    "notes.txt",
    "shop/notes.txt",
    "shop/{job}/notes.txt",
    "shop/{job}/{uid}/notes.txt",
    "shop/{job}/{uid}/other/0/0/rows.arrow",
    "shop/{job}/{uid}/other/0/0/manifest.json",
    "shop/{job}/{uid}/data/0/notes.txt",
    "shop/{job}/{uid}/data/notes.txt",
    "shop/{job}/run.json",
    "shop/{job}/else/data/0/0/manifest.json",
    "shop/{job}/else/check/0/0/bundle/bundle.json",
)

drawn = st.builds(
    Drawn,
    job=st.sampled_from(["clicks", "spending"]),
    age=st.sampled_from([0, 29, 31, 90]),
    made=st.tuples(
        *(st.sampled_from(["whole", "whole", "taken", "taken", "half", "none"]) for _ in STAGES)
    ),
    lacks=st.sampled_from(["", "", "", *STAGES]),
    failed=st.booleans(),
    bundle=st.booleans(),
    key=st.booleans(),
    strangers=st.lists(st.sampled_from(STRANGE), max_size=2).map(tuple),
)


def shelf(runs: list[Drawn]) -> Shelf:
    """Write a store."""
    made = Shelf()
    for number, run in enumerate(runs):
        _write(made, f"{number:08d}-uid", run)
    return made


def _write(shelf: Shelf, uid: str, drawn: Drawn) -> None:
    home, steps = f"shop/{drawn.job}/{uid}", []
    began = NOW - timedelta(days=drawn.age)
    for stage, how in zip(STAGES, drawn.made, strict=True):
        taken = shelf.whole.get(stage) if how == "taken" else None
        how = "whole" if how == "taken" and not taken else how
        bad = stage == drawn.lacks or how in ("half", "none")
        reason = ("GateFailed" if drawn.failed else "") if bad else "Succeeded"
        if how != "none":
            _attempt(shelf, home, stage, drawn, (taken or [""])[-1], commits=not bad)
        word = Word(reason=reason) if reason else None
        ended = {"ended_at": began, "word": word} if word else {}
        step = Step(stage=stage, kind=stage, started_at=began, **ended)
        shelf.put(f"{home}/{stage}/0/0/started.json", step.encode(), drawn.age)
        steps.append(step)
        if bad:
            break
    shelf.put(f"{home}/own/0/0/output/model.bin", b"theirs", drawn.age)
    run = Run(
        namespace="shop",
        job=drawn.job,
        uid=uid,
        started_at=began,
        spec={},
        stages=PLANNED,
        steps=tuple(steps),
    )
    shelf.runs.append(run)
    shelf.age[home] = drawn.age
    shelf.put(f"{home}/run.json", run.encode(), drawn.age)
    for pattern in drawn.strangers:
        path = pattern.format(job=drawn.job, uid=uid)
        shelf.strangers[path] = b"{}" if path.endswith(".json") else b"a note"
        shelf.put(path, shelf.strangers[path], drawn.age)


def _attempt(
    shelf: Shelf, home: str, stage: str, drawn: Drawn, taken: str, *, commits: bool
) -> None:
    folder = f"{home}/{stage}/0/0"
    names = ["rows-0.arrow", "report.html"]
    if stage == "check" and drawn.bundle:
        names += ["bundle/model.tflite", "bundle/bundle.json"]
    told: dict[str, Any] = {"stage": stage, "makes": STAGES[stage], "inputDigest": ""}
    if taken:
        told["reused"] = {"name": "manifest", "uri": f"{ROOT}/{taken}"}
    else:
        for name in names:
            shelf.put(f"{folder}/{name}", f"{home} {name}".encode(), drawn.age)
        shelf.put(f"{home}/{stage}/0/checkpoints/0/step.json", b"a step", drawn.age)
        told["files"] = [{"name": n, "uri": f"{ROOT}/{folder}/{n}"} for n in names]
    path = f"{folder}/manifest.json"
    if not commits:
        return
    if not taken:
        shelf.whole.setdefault(stage, []).append(path)
        if drawn.key:
            told["key"] = f"{home}-{stage}".replace("/", "-")
            lead = {"version": 1, "manifest": {"uri": f"{ROOT}/{path}"}, "seen": ""}
            shelf.put(f"shop/.reuse/{told['key']}.json", json.dumps(lead).encode(), drawn.age)
    shelf.put(path, json.dumps(told).encode(), drawn.age)
