"""What the operator tells a pod, and what the pod answers.

A task arrives as JSON in one environment variable, and what is large of it in a file; a report
leaves as JSON of at most 4 KiB in the termination message. Both are records that either side can
read without TensorFlow.
"""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field

from hone_trainer.contract.planned import Planned
from hone_trainer.contract.spec import Spec

TASK_VARIABLE = "HONE_TASK"
TASK_FILE_VARIABLE = "HONE_TASK_FILE"
TOKEN_VARIABLE = "HONE_TOKEN_FILE"  # noqa: S105
DEFAULT_TOKEN = "/var/run/secrets/hone/token"  # noqa: S105
"""Names the file with what is too large for a variable: the stage and its sources."""
VARIABLE_LIMIT = 96 * 1024
"""Bytes of a variable; Linux takes none over 128 KiB."""
FILE_LIMIT = 900 * 1024
"""Bytes of that file; a ConfigMap holds 1 MiB."""
MESSAGE_LIMIT = 4096
"""Bytes that a kubelet keeps of a termination message."""
MOST_CAUTIONS = 4
"""So many that nobody skips them, and that all fit beside the rest of a report."""
LONGEST_CAUTION = 300
WHOLE = 2**53 - 1
"""The largest whole number that every reader of JSON keeps. What a pod says goes into a status, and
one number from 2**63 on would make the API server refuse all of it."""
LONGEST = 10 * 365 * 86_400
"""Ten years, in seconds: whoever has longer to go does not know it."""


class Exit:
    """Exit codes. 64 and 75 follow sysexits(3); what is not listed counts as a crash."""

    OK = 0
    DO_NOT_RETRY = 64
    """The stage can never succeed as it stands: the Job fails at once."""
    INTERRUPTED = 75
    """Asked to stop, and state saved: not counted as a failure."""
    PEER_LOST = 76
    """Another pod of the gang went away: the cause is over there."""
    HUNG = 77
    """Nothing moved for longer than was promised; the stacks are kept."""


class Metric(Spec):
    """A named figure. The value is text, so that every client keeps its digits; a number is taken
    from those who write one.
    """

    model_config = ConfigDict(coerce_numbers_to_str=True)

    name: Annotated[str, Field(max_length=63)]
    """What it measures."""
    value: Annotated[str, Field(max_length=32)]
    """The figure, as text."""


Cautions = Annotated[
    tuple[Annotated[str, Field(max_length=LONGEST_CAUTION)], ...], Field(max_length=MOST_CAUTIONS)
]
"""What a person should know of work that succeeded, a sentence each, the worst first."""


class Artifact(Spec):
    """A file in the artifact store."""

    name: Annotated[str, Field(max_length=128)]
    """What it is: manifest, model, report, …"""
    uri: Annotated[str, Field(max_length=1024)]
    """Where it is."""
    sha256: Annotated[str, Field(max_length=64)]
    """Hex digest of its bytes."""
    size_bytes: Annotated[int, Field(ge=0, le=WHOLE)]
    """Its size in bytes."""
    format: Annotated[str, Field(max_length=32)] = ""
    """Its format: json, npz, tflite, arrow, …"""


class Store(Spec):
    """Where artifacts go: a folder or a bucket, and how it is reached."""

    uri: str
    endpoint: str | None = None
    region: str | None = None


class Source(Spec):
    """The committed output of an earlier gang, as input."""

    stage: str
    kind: str
    makes: str
    member: int = 0
    manifest: Artifact


class Assignment(Spec):
    """Everything one pod of a gang has to know."""

    namespace: str
    job: str
    uid: str
    stage: str
    run: dict[str, Any]
    """The stage as the user wrote it, with defaults filled in: ``{kind: parameters}``."""
    member: int = 0
    members: int = 1
    role: str = "worker"
    attempt: int = 0
    seed: int = 0
    store: Store
    sources: tuple[Source, ...] = ()
    progress_url: str | None = None
    """Where to post live progress; none where nobody listens."""
    gpus: int = 0
    """GPUs among the limits of each pod."""
    reuse: bool = True
    """Whether what an earlier job made of the same is taken over."""
    planned: Planned | None = None
    """The whole job, for the pods that put its run on record."""

    def parts(self) -> tuple[str, str]:
        """Return the JSON for the variable, and for the file where the variable cannot hold all."""
        said = self.dump()
        if len(whole := compact(said)) <= VARIABLE_LIMIT:
            return whole, ""
        large = {key: said.pop(key) for key in ("run", "sources", "planned") if key in said}
        return compact(said), json.dumps(large, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """Read the variable, and the file where there is one.

        Raises:
            ValueError, OSError: they cannot be understood or read.
        """
        said = json.loads(environ.get(TASK_VARIABLE, ""))
        if path := environ.get(TASK_FILE_VARIABLE):
            said |= json.loads(Path(path).read_text(encoding="utf-8"))
        return cls.model_validate(said)

    @property
    def prefix(self) -> str:
        """Path of this member's folder below the store: every attempt lies in it."""
        return f"{self.namespace}/{self.job}/{self.uid}/{self.stage}/{self.member}"


class Progress(Spec):
    """What a running chief posts: the heartbeat of its gang."""

    fraction: Annotated[float, Field(ge=0, le=1)] = 0.0
    remaining_seconds: Annotated[int, Field(ge=0, le=LONGEST)] | None = None
    message: Annotated[str, Field(max_length=256)] = ""
    metrics: Annotated[tuple[Metric, ...], Field(max_length=16)] = ()
    cautions: Cautions = ()
    """What a person should know before the work is done."""


class Report(Spec):
    """The last word of a pod."""

    reason: Annotated[str, Field(max_length=63)] = "Succeeded"
    """One CamelCase word for machines."""
    message: Annotated[str, Field(max_length=1024)] = ""
    """A sentence for people; on failure it names the remedy."""
    metrics: Annotated[tuple[Metric, ...], Field(max_length=16)] = ()
    manifest: Artifact | None = None
    artifacts: Annotated[tuple[Artifact, ...], Field(max_length=8)] = ()
    cautions: Cautions = ()
    reused: Annotated[str, Field(max_length=192)] = ""
    """Namespace, job and stage that had made it before; the manifest says where it lies."""

    def encode(self) -> str:
        """Return the termination message, shortened to what a kubelet keeps."""
        report = self
        while len(text := json.dumps(report.dump(), separators=(",", ":"))) > MESSAGE_LIMIT:
            report = report._shorter()
        return text

    def _shorter(self) -> "Report":
        if len(self.cautions) > 1:
            return self.model_copy(update={"cautions": self.cautions[:-1]})
        for listed in ("artifacts", "metrics", "cautions"):
            if values := getattr(self, listed):
                return self.model_copy(update={listed: values[:-1]})
        return self.model_copy(update={"message": self.message[: len(self.message) // 2]})


class StageFailure(Exception):
    """A stage that cannot go on, with the reason for machines and the remedy for people."""

    def __init__(
        self, reason: str, message: str, *, retry: bool = False, found: Report | None = None
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.retry = retry
        self.found = found or Report()
        """Figures and files that people want to see all the same; nothing later rests on them."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Say how to make it again in another process."""
        again = partial(StageFailure, retry=self.retry, found=self.found)
        return again, (self.reason, self.message)

    @property
    def report(self) -> Report:
        """The last word of the pod that ends with it."""
        told = {"reason": self.reason[:63], "message": self.message[:1024], "manifest": None}
        return self.found.model_copy(update=told)


class Interrupted(Exception):
    """Asked to stop, and everything that is done is saved."""


def compact(value: Any) -> str:
    """Write JSON without spaces, in ASCII."""
    return json.dumps(value, separators=(",", ":"))


def metric(name: str, value: float) -> Metric:
    """Write a figure with as many digits as a person reads; counts keep all of theirs."""
    whole = abs(value) < 1e15 and float(value).is_integer()
    return Metric(name=name, value=f"{value:z.0f}" if whole else f"{value:.6g}")
