"""What was seen of one job at one moment: frozen views, read from plain Kubernetes objects.

Only what a decision needs is kept. A world that cannot exist is refused, so that a test cannot
reason from a lie.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from hone.api.status import JobStatus
from hone.plan import names, record, words
from hone.plan.belief import Family, Raw, digest, holders
from hone.plan.names import INDEX, Place
from hone_trainer.contract.assignment import Progress, Report

MANY = 1_000_000
"""More pods than any Job has lost."""


@dataclass(frozen=True)
class JobView:
    """A child Job."""

    name: str
    place: Place
    uid: str = ""
    digest: str = ""
    """Of what was asked for, when it was made."""
    ready: int = 0
    succeeded: int = 0
    lost: int = 0
    """Pods that failed and were counted."""
    complete: bool = False
    failed: str | None = None
    """The Job controller's message, once it gave up."""
    suspended: bool = False
    """Held back by an admission controller such as Kueue."""
    refused: str = ""
    """Why the cluster does not take its pods, in the words that its controller heard."""
    terminating: bool = False
    held: str = ""
    """The finalizers that hold it back on its way out."""
    parallelism: int | None = None
    completions: int | None = None
    queued: bool = False
    """It names a queue of Kueue, which suspends and resumes it."""
    lacks: tuple[str, ...] = ()
    """Which signs of ours it lost since it was made."""

    def __post_init__(self) -> None:
        if self.complete and self.failed is not None:
            raise ValueError(f"{self.name}: complete and failed at once")

    @property
    def ended(self) -> bool:
        """It is complete, or has failed."""
        return self.complete or self.failed is not None


@dataclass(frozen=True)
class PodView:
    """A pod of a child Job."""

    name: str
    place: Place
    owner: str = ""
    """Uid of its Job."""
    index: int = 0
    phase: str = "Pending"
    exit_code: int | None = None
    cause: str = ""
    """The kubelet's reason for the end, such as OOMKilled or Evicted."""
    report: Report | None = None
    said: str = ""
    """The end of its last words, where they are no report."""
    waiting: str = ""
    """Why it does not start yet: the scheduler's or the kubelet's words."""
    disrupted: bool = False
    """Evicted, preempted, or lost with its node."""
    disruption: str = ""
    """What took it away, in the words of whoever did."""
    terminating: bool = False
    held: str = ""
    """The finalizers that hold it back on its way out."""
    finished_at: str = ""

    def hushed(self) -> "PodView":
        """Return the pod without its words."""
        told = self.report
        bare = Report(reason=told.reason, manifest=told.manifest) if told else None
        return replace(self, report=bare, said="", waiting="", disruption="")


@dataclass(frozen=True)
class World:
    """Everything that was seen of one job."""

    status: JobStatus = field(default_factory=JobStatus)
    fault: str = ""
    """What cannot be read of the record."""
    jobs: tuple[JobView, ...] = ()
    pods: tuple[PodView, ...] = ()
    services: frozenset[str] = frozenset()
    progress: Mapping[Place, Progress] = field(default_factory=dict)
    """Latest post of each running chief."""

    def __post_init__(self) -> None:
        if len({job.name for job in self.jobs}) != len(self.jobs):
            raise ValueError("two Jobs of one name")

    @classmethod
    def read(
        cls,
        raw: Raw,
        jobs: Iterable[Raw] = (),
        pods: Iterable[Raw] = (),
        services: Iterable[Raw] = (),
        progress: Mapping[Place, Progress] | None = None,
        refused: Mapping[str, str] | None = None,
    ) -> "World":
        """Read plain Kubernetes objects; those that only say that they are ours are passed over.

        Args:
            raw: the job as it is stored.
            jobs: the Jobs that bear its label, and those on its record.
            pods: the pods that bear its label.
            services: the Services that do.
            progress: what pods have posted lately.
            refused: uid of a Job -> why the cluster does not take its pods.
        """
        why = refused or {}
        found = record.read(raw)
        family = Family.of(raw, found.status)
        metas = (each["metadata"] for each in services)
        return cls(
            status=found.status,
            fault=found.fault,
            jobs=tuple(view for each in jobs if (view := _job(each, family, why)) is not None),
            pods=tuple(pod for each in pods if (pod := _pod(each, family)) is not None),
            services=frozenset(meta["name"] for meta in metas if family.service(meta)),
            progress=progress or {},
        )

    def hushed(self) -> "World":
        """Return the world as if pods had told nothing but how they ended, and what they committed.

        Whatever else they say ends in the status, which the cluster has to take.
        """
        return replace(self, pods=tuple(pod.hushed() for pod in self.pods), progress={})


def _job(raw: Raw, family: Family, refused: Mapping[str, str]) -> JobView | None:
    meta, spec, status = raw["metadata"], raw.get("spec") or {}, raw.get("status") or {}
    place = family.job(meta)
    if place is None:
        return None
    true = {c["type"]: c for c in status.get("conditions") or () if c.get("status") == "True"}
    # FailureTarget comes before Failed, as soon as the Job controller has decided.
    failed = true.get("Failed") or true.get("FailureTarget")
    return JobView(
        name=meta["name"],
        place=place,
        uid=meta.get("uid", ""),
        digest=digest(meta),
        ready=status.get("ready") or 0,
        succeeded=status.get("succeeded") or 0,
        lost=min(status.get("failed") or 0, MANY),
        complete="Complete" in true and failed is None,
        failed=None if failed is None else failed.get("message") or failed.get("reason", "Failed"),
        suspended="Suspended" in true,
        refused=refused.get(meta.get("uid", ""), ""),
        terminating="deletionTimestamp" in meta,
        held=holders(meta),
        parallelism=spec.get("parallelism"),
        completions=spec.get("completions"),
        queued=any(name.startswith(names.PASSED_ON) for name in meta.get("labels") or {}),
        lacks=tuple(family.lost(meta, place)),
    )


def _pod(raw: Raw, family: Family) -> PodView | None:
    meta, status = raw["metadata"], raw.get("status") or {}
    known = family.pod(meta)
    index = (meta.get("labels") or {}).get(INDEX, "0")
    if known is None or not index.isdecimal():
        return None
    place, job = known
    conditions = {c["type"]: c for c in status.get("conditions") or ()}
    ended, waiting = words.container(status)
    target = conditions.get("DisruptionTarget", {})
    disrupted = target.get("status") == "True"
    text = ended.get("message", "")
    report = words.report(text)
    return PodView(
        name=meta["name"],
        place=place,
        owner=job,
        index=int(index),
        phase=status.get("phase", "Pending"),
        exit_code=ended.get("exitCode"),
        cause=words.cause(status, ended),
        report=report,
        said="" if report else words.tail(text),
        waiting=words.unheard(raw) or waiting or words.unscheduled(conditions),
        disrupted=disrupted,
        disruption=target.get("message" if disrupted else "", "") or status.get("message", ""),
        terminating="deletionTimestamp" in meta,
        held=holders(meta),
        finished_at=ended.get("finishedAt", ""),
    )


def when(text: str) -> datetime:
    """Read a time of the status."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def stamp(moment: datetime) -> str:
    """Write a time for the status: RFC 3339, whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
