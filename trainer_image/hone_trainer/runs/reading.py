"""Runs as they lie in a store, read back and joined.

Whatever else is in the store is passed over: a run is a folder of the three names NAMESPACE/JOB/UID
whose ``run.json`` says just these.
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.runs.record import ENDED, RUN, STARTED, Run, Step

if TYPE_CHECKING:
    from hone_trainer.store.artifact_store import ArtifactStore
    from hone_trainer.store.object_info import Entry

READERS = 16
"""Files that are read at a time: each takes a server some 20 ms, whatever its size."""
HOME = re.compile(rf"(?P<home>[^/]+/[^/]+/[^/]+)/{re.escape(RUN)}")
STEP = re.compile(rf"(?P<attempt>[^/]+/\d+/\d+)/(?P<name>{STARTED}|{ENDED})")
Given = TypeVar("Given")
Made = TypeVar("Made")
_log = logging.getLogger("hone")


@dataclass(frozen=True)
class Stored:
    """A run, and all that lies in its folder."""

    run: Run
    entries: tuple[Entry, ...]

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(entry.size for entry in self.entries)

    @property
    def touched(self) -> datetime:
        """When anything of it was last written."""
        return max(entry.modified for entry in self.entries)


def stored(store: ArtifactStore, under: str = "") -> list[Stored]:
    """Return the runs in a store, the latest first.

    Args:
        store: of the artifacts.
        under: a namespace, or a namespace and a job; all of the store where nothing is said.
    """
    return runs_among(store, store.entries(under))


def runs_among(store: ArtifactStore, entries: Iterable[Entry]) -> list[Stored]:
    """Return the runs among the objects of a store, the latest first."""
    within = defaultdict(list)
    for entry in entries:
        steps = entry.path.split("/", 3)
        if len(steps) == 4:
            within["/".join(steps[:3])].append(entry)
    homes = [home for home, found in within.items() if any(_is_run(each.path) for each in found)]
    runs = side_by_side(lambda home: _read(store, home, within[home]), homes)
    found = [Stored(run, tuple(within[home])) for home, run in zip(homes, runs, strict=True) if run]
    return sorted(found, key=lambda each: (each.run.started_at, each.run.home), reverse=True)


def read(store: ArtifactStore, home: str) -> Run | None:
    """Return the run in a folder of the store; None where there is none."""
    entries = store.entries(home)
    return _read(store, home, entries) if any(_is_run(each.path) for each in entries) else None


def side_by_side(
    action: Callable[[Given], Made], given: Sequence[Given], readers: int = READERS
) -> list[Made]:
    """Do something to each of many things, several at a time."""
    with ThreadPoolExecutor(readers) as pool:
        return list(pool.map(action, given))


def _read(store: ArtifactStore, home: str, entries: Sequence[Entry]) -> Run | None:
    path = f"{home}/{RUN}"
    try:
        run = Run.model_validate_json(store.get(path))
    except (ValidationError, StageFailure) as error:
        if isinstance(error, StageFailure) and error.reason != "InputNotFound":
            raise
        _log.warning("%s is no record of a run: passed over", store.uri(path))
        return None
    if run.home != home:
        _log.warning("%s is the record of %s: passed over", store.uri(path), run.home)
        return None
    if run.steps:
        return run
    words = (each.path.removeprefix(f"{home}/") for each in entries)
    told = {
        m["attempt"]: m["name"] for p in sorted(words, reverse=True) if (m := STEP.fullmatch(p))
    }
    # Sorted backwards, the beginning comes before the end: the end, which says all, is read.
    paths = [f"{home}/{attempt}/{name}" for attempt, name in sorted(told.items())]
    steps = sorted(_steps(store, paths), key=lambda step: step.started_at)
    return run.model_copy(update={"steps": tuple(steps)})


def _steps(store: ArtifactStore, paths: Sequence[str]) -> Iterator[Step]:
    for path in paths:
        try:
            yield Step.model_validate_json(store.get(path))
        except ValidationError:
            _log.warning("%s cannot be read: passed over", store.uri(path))


def _is_run(path: str) -> bool:
    return HOME.fullmatch(path) is not None
