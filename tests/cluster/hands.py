"""What tests of a cluster do to it, whichever it is: look, record, and ask for children."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hone.api.job import OptimizationJob
from hone.api.status import JobStatus
from hone.cluster.port import Key, Seen
from hone.plan.manifests import Manifest, role_of, service
from tests.plan.builders import SITE

if TYPE_CHECKING:
    from tests.cluster.contract import Ground


async def look(ground: Ground, key: Key) -> Seen:
    seen = await ground.cluster.observe(key)
    assert seen is not None
    return seen


async def write(ground: Ground, key: Key, **said: Any) -> None:
    status = JobStatus(observed_generation=1, **said)
    await ground.cluster.write_status(key, await look(ground, key), status.dump())


async def child_of(ground: Ground, key: Key) -> Manifest:
    """The Job of the first stage."""
    job = OptimizationJob.read(dict((await look(ground, key)).raw))
    stage = job.spec.stages[0]
    gang = stage.value.gangs()[0]
    return role_of(job, stage, gang, gang.roles[0], 0, (), SITE)[-1]


async def service_of(ground: Ground, key: Key) -> Manifest:
    """The Service of the job."""
    return service(OptimizationJob.read(dict((await look(ground, key)).raw)))


async def all_of(ground: Ground, key: Key) -> list[Manifest]:
    """One of each kind."""
    made = await service_of(ground, key)
    config = {"kind": "ConfigMap", "immutable": True, "data": {"payload.json": "x" * 300_000}}
    return [
        made,
        {"apiVersion": "v1", "metadata": made["metadata"], **config},
        await child_of(ground, key),
    ]
