"""What becomes of a gang when the cluster does not take one of its objects.

A quota is lifted, a policy mended, a name freed, all of it without an event that anybody hears. So
the gang waits and asks again, less often each time, and says what the API server said. All of that
is on record: an operator that takes over goes on in the same rhythm.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hone.api.status import GangStatus, Refusal, StageStatus
from hone.plan.children import with_gangs
from hone.plan.gang import stop
from hone.plan.manifests import Manifest
from hone.plan.names import STAGE, Place
from hone.plan.world import World, stamp

REASON = "Refused"
TAKEN_REASON = "NameInUse"
FIRST_PAUSE = timedelta(seconds=3)
LAST_PAUSE = timedelta(minutes=2)
"""Nobody wants to wait longer once the way is free; a request in two minutes costs nothing."""
LAST_TRY = 6
"""What is invalid is refused for good after so many tries, a minute and a half: long enough for a
policy that is just being rolled out, short enough for whoever wrote the job."""


@dataclass(frozen=True)
class Rejection:
    """An object that the cluster did not take."""

    manifest: Manifest
    said: str
    """Why, in its words."""
    taken: bool = False
    """Another object bears the name."""
    invalid: bool = False
    """No such object is taken, as far as the answer tells."""

    @property
    def message(self) -> str:
        """What people read."""
        what = f"{self.manifest['kind']} {self.manifest['metadata']['name']}"
        return self.said if self.taken else f"the cluster refused {what}: {self.said}"

    def concerns(self, stage: StageStatus, gang: GangStatus) -> bool:
        """Say whether a gang has to wait for the object."""
        if gang.state != "Running":
            return False
        labels = self.manifest["metadata"]["labels"]
        try:
            place = Place.of(labels)
        except (KeyError, ValueError):
            if self.manifest["kind"] == "ConfigMap":
                return bool(labels.get(STAGE) == stage.name)
            return gang.size > 1  # the Service, by which the pods of each gang find each other
        return (place.stage, place.member) == (stage.name, gang.member)


def held_up(world: World, rejections: Iterable[Rejection], now: datetime) -> World:
    """Return the world with the gangs waiting whose objects were not taken.

    The plan of that world is what follows: where nothing more is tried, the stage and the job fail
    and the peers are stopped.
    """
    found: dict[tuple[str, int], GangStatus] = {}
    for each in rejections:
        for stage in world.status.stages:
            for gang in stage.gangs:
                if each.concerns(stage, gang) and (stage.name, gang.member) not in found:
                    found[stage.name, gang.member] = _waiting(gang, each, now)
    return replace(world, status=with_gangs(world.status, found))


def _waiting(gang: GangStatus, rejection: Rejection, now: datetime) -> GangStatus:
    tries = (gang.refusal.tries if gang.refusal else 0) + 1
    reason = TAKEN_REASON if rejection.taken else REASON
    if rejection.invalid and tries >= LAST_TRY:
        return stop(gang, reason, rejection.message, now)
    pause: timedelta = min(FIRST_PAUSE * (1 << min(tries - 1, 10)), LAST_PAUSE)
    refusal = Refusal(
        reason=reason,
        message=rejection.message[:1000],
        tries=min(tries, 1000),
        retry_at=stamp(now + pause),
    )
    return gang.model_copy(update={"refusal": refusal})
