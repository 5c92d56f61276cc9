"""What becomes of a gang when the cluster refuses one of its objects for good.

A quota, an admission policy or a field that this cluster does not know: asking again would fail
again, so the gang fails at once, and what the API server said becomes its message.
"""

from dataclasses import replace
from datetime import datetime

from hone.api.status import GangStatus, StageStatus
from hone.plan.gang import stop
from hone.plan.manifests import Manifest
from hone.plan.names import Place
from hone.plan.world import World

REASON = "Refused"


def give_up(world: World, manifest: Manifest, said: str, now: datetime) -> World:
    """Give the world with the gang recorded as failed whose object was refused.

    The plan of that world is what follows: the stage and the job fail, the peers are stopped.

    Args:
        world: what was seen.
        manifest: the object that was refused.
        said: the cluster's words.
        now: the moment of deciding.
    """
    meta = manifest["metadata"]
    message = f"the cluster refused {manifest['kind']} {meta['name']}: {said}"
    place = _place(meta["labels"])

    def mark(stage: StageStatus, gang: GangStatus) -> GangStatus:
        meant = place is None or (place.stage, place.member) == (stage.name, gang.member)
        return stop(gang, REASON, message, now) if meant and gang.state == "Running" else gang

    stages = tuple(
        stage.model_copy(update={"gangs": tuple(mark(stage, gang) for gang in stage.gangs)})
        for stage in world.status.stages
    )
    return replace(world, status=world.status.model_copy(update={"stages": stages}))


def _place(labels: dict[str, str]) -> Place | None:
    """Give the gang of an object; None where it serves all of them, as the Service does."""
    try:
        return Place.of(labels)
    except (KeyError, ValueError):
        return None
