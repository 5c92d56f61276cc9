"""What `hone run --output json` says of a job, in one object: for scripts and CI.

Fields may be added; none is renamed, and none changes its unit.
"""

from typing import Literal

from hone.api.status import Answer


class FigureOutcome(Answer):
    """A figure on some rows."""

    value: float | None = None
    """Null where it cannot be known."""
    low: float | None = None
    """Lower end of its 95 % interval."""
    high: float | None = None
    """Upper end."""
    prior: float | None = None
    """What the answer without features reaches on the same rows."""
    baseline: float | None = None
    """What the model that ``evaluate.baseline`` asks for reaches on them; null without one."""


class StageOutcome(Answer):
    """A stage."""

    name: str
    """Its name."""
    kind: str
    """What it does."""
    state: str
    """Where it stands: Pending, Running, Succeeded, Failed or Suspended."""
    seconds: float | None = None
    """How long it took; null where it has not ended."""
    reused: bool = False
    """Whether it had been done before this command began, by this job or by another."""
    reused_from: tuple[str, ...] = ()
    """Who else had done it: namespace, job and stage."""


class ArtifactOutcome(Answer):
    """A file that the job made."""

    name: str
    """Stage and file."""
    uri: str
    """Where it is."""
    size_bytes: int
    """Its size."""
    sha256: str
    """Its digest."""


class SizeOutcome(Answer):
    """Bytes of the file that ships."""

    bytes: float
    """As it lies there."""
    float_bytes: float
    """Of the model before compression, in the same format."""


class LatencyOutcome(Answer):
    """Microseconds in which the file that ships answers one row on the machine that measured it."""

    p50: float
    """Half of the calls took no longer."""
    p95: float
    """95 % took no longer."""


class Outcome(Answer):
    """How a job has ended."""

    version: Literal[1] = 1
    """Of this layout."""
    job: str
    """Its namespace and name."""
    phase: Literal["Complete", "Failed", "Stopped", "Rejected"]
    """Stopped jobs go on with the same command; rejected ones were never run."""
    message: str = ""
    """Why, where it is not complete."""
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
