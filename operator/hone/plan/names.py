"""Every name, label and annotation that Hone gives, in one place.

Names are pure functions of the job, so whoever creates an object twice meets the first one.
"""

import hashlib
from dataclasses import dataclass

GROUP = "hone.dev"
MANAGER = "app.kubernetes.io/managed-by"
JOB = f"{GROUP}/job"
UID = f"{GROUP}/uid"
STAGE = f"{GROUP}/stage"
MEMBER = f"{GROUP}/member"
ROLE = f"{GROUP}/role"
ATTEMPT = f"{GROUP}/attempt"
DIGEST = f"{GROUP}/digest"
"""Annotation of a child with the digest of what was asked for."""
INDEX = "batch.kubernetes.io/job-completion-index"
PASSED_ON = "kueue.x-k8s.io/"
"""Labels with this prefix are copied from the job to its children, where Kueue reads them."""

HOST_LIMIT = 63 - len("-000")
"""A Job's name becomes its pods' host names, with the index behind it (RFC 1123: 63 in all)."""


@dataclass(frozen=True, order=True)
class Place:
    """Which pods an object belongs to."""

    stage: str
    member: int
    role: str
    attempt: int

    def labels(self) -> dict[str, str]:
        """Return the labels that say so."""
        return {
            STAGE: self.stage,
            MEMBER: str(self.member),
            ROLE: self.role,
            ATTEMPT: str(self.attempt),
        }

    @classmethod
    def of(cls, labels: dict[str, str]) -> "Place":
        """Read the labels back.

        Raises:
            KeyError, ValueError: the labels are not ours.
        """
        return cls(labels[STAGE], int(labels[MEMBER]), labels[ROLE], int(labels[ATTEMPT]))


def child(job: str, place: Place) -> str:
    """Name the Job that runs the pods of this place.

    Job a-b with stage c and job a with stage b-c must not meet, so a stage whose name has a hyphen
    is told apart by a digest. All other names can be read from their end in one way only.
    """
    parts = (job, place.stage, str(place.member), place.role, f"a{place.attempt}")
    name = "-".join(parts)
    if "-" not in place.stage and len(name) <= HOST_LIMIT:
        return name
    return _shorten(name, "/".join(parts), HOST_LIMIT)


def service(job: str) -> str:
    """Name the headless Service through which the pods of a gang find each other."""
    return f"{job}-gang"


def payload(job: str, stage: str, content: str) -> str:
    """Name the ConfigMap with what is too large for a variable; other content has another name."""
    digest = hashlib.sha256("\0".join((job, stage, content)).encode()).hexdigest()[:16]
    return f"{job}-{stage}-{digest}"


def host(job: str, place: Place, index: int, namespace: str) -> str:
    """Return the DNS name of one pod."""
    return f"{child(job, place)}-{index}.{service(job)}.{namespace}.svc"


def shelf(stage: str, member: int, members: int) -> str:
    """Return how the names of all artifacts of a member begin, of those that the status lists."""
    return f"{stage}/" if members == 1 else f"{stage}/{member}/"


def _shorten(name: str, whole: str, limit: int) -> str:
    """Cut a name to the limit, with a digest of the whole behind it; no plain name ends so."""
    digest = hashlib.sha256(whole.encode()).hexdigest()[:8]
    return f"{name[: limit - 10].rstrip('-')}-x{digest}"
