"""What commands about runs say with ``-o json``, in one object each.

Fields may be added; none is renamed, and none changes its unit.
"""

from typing import Any, Literal

from hone.api.outcome import (
    ArtifactOutcome,
    FigureOutcome,
    LatencyOutcome,
    SizeOutcome,
    StageOutcome,
)
from hone.api.status import Answer


class RunOutcome(Answer):
    """A run: one job, under one uid."""

    run: str
    """Its uid; the first characters name it."""
    job: str
    """Namespace and name of the job."""
    state: Literal["Complete", "Failed", "Unfinished"]
    """Unfinished ones are at work, were stopped, or ended without a word."""
    started_at: str
    """When its first pod began."""
    ended_at: str | None = None
    """When its last pod ended; null where it is unfinished."""
    seconds: float | None = None
    """From the one to the other."""
    figure: str | None = None
    """The figure that matters most so far."""
    value: float | None = None
    """Its value."""
    size_bytes: int
    """Of all that lies in its folder."""
    uri: str
    """Its folder."""


class RunList(Answer):
    """What `hone runs` says."""

    version: Literal[1] = 1
    """Of this layout."""
    artifacts: str
    """The store that was looked at."""
    runs: tuple[RunOutcome, ...] = ()
    """Its runs, the latest first."""


class RunDetails(RunOutcome):
    """What `hone show` says."""

    version: Literal[1] = 1
    """Of this layout."""
    message: str = ""
    """Why it failed."""
    versions: dict[str, str] = {}
    """What ran in the latest stage."""
    spec: dict[str, Any] = {}
    """What was asked for, with defaults filled in and without values of variables."""
    stages: tuple[StageOutcome, ...] = ()
    """Its stages, in order."""
    figures: dict[str, dict[str, dict[str, FigureOutcome]]] = {}
    """Task, part of the rows, figure."""
    size: SizeOutcome | None = None
    """Where a model was compressed."""
    latency: LatencyOutcome | None = None
    """Where a model was compressed."""
    artifacts: tuple[ArtifactOutcome, ...] = ()
    """What it made, as far as people want to see it."""
    bundle: str | None = None
    """The folder of its bundle."""


class SpecChange(Answer):
    """Something that went into two runs and was not the same."""

    field: str
    """Its path in the spec, with a stage's name before it; or rows, or a version."""
    before: str
    """What the first run had; ``nothing`` where nothing was said."""
    after: str
    """What the second run had."""


class FigureChange(Answer):
    """A figure of two runs."""

    before: FigureOutcome | None = None
    """Of the first run."""
    after: FigureOutcome | None = None
    """Of the second run."""
    difference: float | None = None
    """The second minus the first."""
    low: float | None = None
    """Lower end of its 95 % interval, as if the two were measured on rows of their own."""
    high: float | None = None
    """Upper end."""
    beyond_chance: bool | None = None
    """Whether that interval leaves out 0; null where there is none."""


class CostChange(Answer):
    """Seconds, bytes or microseconds of two runs."""

    before: float | None = None
    """Of the first run."""
    after: float | None = None
    """Of the second run."""


class RunComparison(Answer):
    """What `hone compare` says."""

    version: Literal[1] = 1
    """Of this layout."""
    before: RunOutcome
    """The first run."""
    after: RunOutcome
    """The second run."""
    changes: tuple[SpecChange, ...] = ()
    """What went in and was not the same."""
    figures: dict[str, dict[str, FigureChange]] = {}
    """Task, figure on the test part."""
    costs: dict[str, CostChange] = {}
    """``sizeBytes``, ``latencyP50Microseconds``, ``latencyP95Microseconds`` of the file that ships,
    and ``seconds`` of the run."""
    stages: dict[str, CostChange] = {}
    """Seconds of each stage."""


class ClearedRun(Answer):
    """What becomes of a run."""

    run: str
    """Its uid."""
    job: str
    """Namespace and name of the job."""
    action: Literal["keep", "trim", "remove"]
    """A trimmed run keeps its record, its reports and its bundle."""
    why: str
    """Why it stays, or why a part of it does."""
    frees_bytes: int
    """Bytes that go."""
    keeps_bytes: int
    """Bytes that stay."""


class Clearing(Answer):
    """What `hone clean` says."""

    version: Literal[1] = 1
    """Of this layout."""
    artifacts: str
    """The store that was looked at."""
    done: bool
    """Whether it was done; without ``--yes`` it was not."""
    frees_bytes: int
    """Bytes that go, of all runs."""
    runs: tuple[ClearedRun, ...] = ()
    """Its runs, the latest first."""


class Exported(Answer):
    """What `hone export` says."""

    version: Literal[1] = 1
    """Of this layout."""
    run: str
    """Its uid."""
    experiment: str
    """The experiment that it is in."""
    state: Literal["created", "updated", "there"]
    """Updated where something of it was missing; there where nothing had to be written."""
    url: str
    """Its page."""
