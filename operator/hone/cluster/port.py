"""What the loop asks of a cluster, whichever it is.

Every call may fail in three ways and no more: somebody was faster (``Conflict``), the thing is not
there any more (``Gone``), or the cluster cannot be reached for now (``Unavailable``). What a
cluster refuses is ``Refused``: somebody has to make room or to change something first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from hone.plan.events import Announcement
from hone.plan.manifests import Manifest, Ref
from hone.plan.names import Place
from hone.plan.world import World


class Conflict(Exception):
    """Somebody else changed or created it first: look again."""


class Taken(Conflict):
    """Another object bears the name; says whose it is and what to do."""


class Gone(Exception):
    """It is not there."""


class Unavailable(Exception):
    """The cluster does not answer for now: try again later."""


class Refused(Exception):
    """The cluster refuses this, in its own words: for a quota, a policy, a missing right."""


class Invalid(Refused):
    """The cluster takes no such object: asking again helps only where a policy refused it."""


@dataclass(frozen=True, order=True)
class Key:
    """A job's place in the cluster."""

    namespace: str
    name: str

    def __str__(self) -> str:
        """Write it as kubectl users do."""
        return f"{self.namespace}/{self.name}"


Mark = int
"""Stands for the versions of a job and all its children: equal marks, nothing has changed."""


@dataclass(frozen=True)
class Seen:
    """A job as it is stored, and all that was seen of it."""

    raw: Mapping[str, Any]
    world: World
    mark: Mark = 0

    @property
    def version(self) -> str:
        """The resourceVersion that a conditional write names."""
        return str(self.raw["metadata"]["resourceVersion"])


@dataclass(frozen=True)
class Caller:
    """The pod behind a progress post."""

    key: Key
    place: Place


class Cluster(Protocol):
    """A world in which jobs live."""

    async def observe(self, key: Key) -> Seen | None:
        """Look at the job and its children now.

        None where there is no such job, or it is on its way out.
        """

    async def write_status(self, key: Key, seen: Seen, status: Mapping[str, Any]) -> None:
        """Record the status, if the job is still the one that was seen.

        Raises:
            Conflict: it was changed in between.
            Gone: the job is not there any more.
        """

    async def create(self, key: Key, manifest: Manifest) -> None:
        """Create a child; one that is ours and there already is fine.

        Raises:
            Taken: the name belongs to an object of somebody else, or to one on its way out.
            Conflict: it belonged to one that is gone by now.
            Refused: the cluster does not accept it; Invalid where it takes no such object.
        """

    async def delete(self, key: Key, ref: Ref) -> None:
        """Delete a child and its pods; one that is gone already is fine."""

    async def announce(self, key: Key, seen: Seen, announcement: Announcement) -> None:
        """Tell people; best effort, never raises."""

    async def identify(self, token: str) -> Caller | None:
        """Find out which pod of which job holds this token; None where the token is not good.

        Raises:
            Refused: the token is good, and its bearer is none of our pods.
        """
