"""What the tests of the operator look at, and what it is told."""

from hone.api.status import Condition, JobStatus
from hone.cluster.port import Key
from lab import patience
from tests.cluster.real import JOBS, RealGround, until
from tests.plan.builders import PREPARE, gang_train

SPEC = {"stages": [PREPARE, gang_train()]}
CHILDREN = {"demo-data-0-worker-a0", "demo-train-0-worker-a0", "demo-train-1-worker-a0"}
LONG = patience.seconds(90)


def only(ground: RealGround, **more: str) -> dict[str, str]:
    """Variables of an operator that serves this ground alone."""
    where = {"HONE_NAMESPACES": ground.namespace, "POD_NAMESPACE": ground.namespace}
    return where | {"POD_NAME": "op"} | more


async def status(ground: RealGround, key: Key) -> JobStatus:
    raw = await ground.get(JOBS, "optimizationjobs", key.name)
    return JobStatus.model_validate((raw or {}).get("status") or {})


async def complete(ground: RealGround, key: Key, seconds: float = LONG) -> JobStatus:
    async def look() -> JobStatus | None:
        found = await status(ground, key)
        assert not found.holds("Failed"), found.condition("Failed")
        return found if found.holds("Complete") else None

    return await until(look, seconds)


async def failure(ground: RealGround, key: Key) -> Condition | None:
    found = await status(ground, key)
    return found.condition("Failed") if found.holds("Failed") else None


async def children(ground: RealGround) -> dict[str, str]:
    """Names of the child Jobs, each with its uid."""
    found = await ground.api.call("GET", ground.folder("Job"))
    return {item["metadata"]["name"]: item["metadata"]["uid"] for item in found["items"]}
