"""Whose an object is. Labels, names and owners can be forged by whoever may write in a namespace.

So a child counts by what cannot be mistaken: a Job by its uid, which is put on record once the Job
was made; a pod by the uid of the Job that controls it. Until a Job is on record, its name, its
controller and the digest of what was asked for have to agree.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from hone.api.status import JobStatus
from hone.plan import names
from hone.plan.names import Place
from hone_trainer.contract.stage import RoleName

Raw = Mapping[str, Any]
USUAL = ("foregroundDeletion", "orphan", "batch.kubernetes.io/job-tracking")
"""Finalizers that go by themselves."""
ENDED = ("Succeeded", "Failed")


def controller(meta: Raw) -> Raw:
    """Return the owner that controls an object; an empty one where nobody does."""
    return next((o for o in meta.get("ownerReferences") or () if o.get("controller")), {})


def made_of(there: Raw, manifest: Raw) -> bool:
    """Say whether the object that bears a child's name is the child, and stays.

    Args:
        there: metadata of the object.
        manifest: what was asked for.
    """
    mine, labels = manifest["metadata"], there.get("labels") or {}
    return (
        "deletionTimestamp" not in there
        # By its labels it is found: one that lost them before it was on record is never seen.
        and mine["labels"].items() <= labels.items()
        and controller(there).get("uid") == controller(mine)["uid"]
        and digest(there) == digest(mine)
    )


def taken(there: Raw, manifest: Raw) -> str:
    """Say whose the object is that bears a child's name, and what to do.

    Args:
        there: metadata of the object.
        manifest: what was asked for.
    """
    kind, mine = manifest["kind"], manifest["metadata"]
    what = f"{kind} {mine['name']}"
    if "deletionTimestamp" in there:
        return f"{what} is still on its way out{held(holders(there))}"
    remedy = f"delete it (kubectl -n {mine['namespace']} delete {kind.lower()} {mine['name']})"
    return f"{what} is there already, {_whose(there, mine)}; {remedy}, or rename this job"


def holders(meta: Raw) -> str:
    """Name the finalizers that hold an object back on its way out, but for Kubernetes' own."""
    if "deletionTimestamp" not in meta:
        return ""
    return ", ".join(each for each in meta.get("finalizers") or () if each not in USUAL)


def held(finalizers: str) -> str:
    """Say what is to be done about them; nothing where there are none."""
    return f": remove its finalizer {finalizers}" if finalizers else ""


def _whose(there: Raw, mine: Raw) -> str:
    owner, labels, ours = controller(there), there.get("labels") or {}, controller(mine)
    if owner.get("uid") == ours["uid"]:
        return "with this job for its owner, and made by another hand"
    earlier = (owner.get("kind"), owner.get("name")) == (ours["kind"], ours["name"])
    same = not owner and labels.get(names.JOB) == ours["name"]
    orphan = same and labels.get(names.UID, ours["uid"]) != ours["uid"]
    if earlier or orphan:
        return "left behind by an earlier job of this name"
    return f"and belongs to {owner['kind']} {owner['name']}" if owner else "made by somebody else"


def digest(meta: Raw) -> str:
    """Return the digest of what was asked for, as an object bears it."""
    return str((meta.get("annotations") or {}).get(names.DIGEST, ""))


def on_record(raw: Raw, uid: str) -> bool:
    """Say whether a job, as it is stored, has a Job of this uid on record."""
    return any(uid in (gang.get("jobs") or {}).values() for gang in _gangs(raw))


def unlisted(raw: Raw, jobs: Iterable[Raw]) -> Iterator[str]:
    """Name the Jobs on record that should be among those listed by label, and are not; each once.

    Args:
        raw: the job as it is stored.
        jobs: the Jobs that bear its label.
    """
    # By name and not by uid: a record may be wrong about the uid of one that is listed.
    told = {job["metadata"]["name"] for job in jobs}
    for gang in _gangs(raw):
        if gang.get("state") not in ENDED:
            missing = [name for name in gang.get("jobs") or {} if name not in told]
            told.update(missing)
            yield from missing


def _gangs(raw: Raw) -> Iterator[Raw]:
    for stage in (raw.get("status") or {}).get("stages") or ():
        yield from stage.get("gangs") or ()


@dataclass(frozen=True)
class Family:
    """Knows the children of one job."""

    name: str
    uid: str
    status: JobStatus
    known: frozenset[tuple[str, str]]
    """Name and uid of every Job on record."""

    @classmethod
    def of(cls, raw: Raw, status: JobStatus) -> "Family":
        """Read who the job is."""
        meta = raw.get("metadata") or {}
        known = (pair for s in status.stages for gang in s.gangs for pair in gang.jobs.items())
        return cls(meta.get("name", ""), meta.get("uid", ""), status, frozenset(known))

    def job(self, meta: Raw) -> Place | None:
        """Return the place of a Job; None where it is none of ours, whatever it says of itself."""
        place = _labelled(meta)
        named = place is not None and meta["name"] == names.child(self.name, place)
        if (meta["name"], meta.get("uid", "")) in self.known:
            return place if named else self._named(meta["name"])
        return place if named and controller(meta).get("uid") == self.uid else None

    def lost(self, meta: Raw, place: Place) -> Iterator[str]:
        """Say which signs of ours a Job does not bear any more."""
        if controller(meta).get("uid") != self.uid:
            yield "it lost its owner, and would outlive this job"
        ours = place.labels() | {names.JOB: self.name, names.UID: self.uid}
        if not ours.items() <= (meta.get("labels") or {}).items():
            yield "it lost its labels"

    def pod(self, meta: Raw) -> tuple[Place, str] | None:
        """Return the place of a pod and the uid of its Job; None where no Job of ours has it."""
        place, owner = _labelled(meta), controller(meta)
        if place is None or owner.get("kind") != "Job":
            return None
        return (place, owner["uid"]) if owner["name"] == names.child(self.name, place) else None

    def service(self, meta: Raw) -> bool:
        """Say whether a Service is the one through which pods find each other."""
        ours = controller(meta).get("uid") == self.uid and "deletionTimestamp" not in meta
        return ours and meta["name"] == names.service(self.name)

    def _named(self, name: str) -> Place | None:
        """Return the place of a Job on record that lost its labels."""
        for stage in self.status.stages:
            for gang in stage.gangs:
                if name in gang.jobs:
                    every = (
                        Place(stage.name, gang.member, role, attempt)
                        for role in get_args(RoleName)
                        for attempt in (gang.attempt, gang.attempt - 1)
                    )
                    return next((p for p in every if names.child(self.name, p) == name), None)
        return None


def _labelled(meta: Raw) -> Place | None:
    try:
        return Place.of(meta.get("labels") or {})
    except (KeyError, ValueError):
        return None
