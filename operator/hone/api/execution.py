"""How a stage is run: its pods, how often and how long it is tried, and what grows meanwhile."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from hone.api.pod_settings import PodSettings
from hone.api.quantity import amount
from hone.api.resources import Quantity
from hone_trainer.contract.spec import Spec
from hone_trainer.contract.stage import RoleName


class RoleSettings(PodSettings):
    """What holds for the pods of one role only; it stands instead of what the stage says."""

    role: RoleName
    """The role, which the stage must have."""


class MemoryGrowth(Spec):
    """More memory after every restart for lack of it."""

    factor: Annotated[float, Field(gt=1, le=4)] = 1.5
    """What limit and request of memory are multiplied by, each time."""
    up_to: Quantity
    """The most that a pod gets."""


class Execution(PodSettings):
    """Where and how the pods of a stage run."""

    retries: Annotated[int, Field(ge=0, le=100)] | None = None
    """Failures of a gang that are answered by a restart (3 where nothing is said); preemption does
    not count."""
    active_deadline_seconds: Annotated[int, Field(ge=1, le=31_536_000)] | None = None
    """The longest a stage may take, restarts included; counted anew when a suspended job is
    resumed, as a Job's."""
    start_deadline_seconds: Annotated[int, Field(ge=1, le=31_536_000)] | None = None
    """The longest a gang may wait for its pods to start; for ever where nothing is said."""
    memory_growth: MemoryGrowth | None = None
    """More memory after every restart for lack of it; where pods have no limit, nothing grows."""

    @model_validator(mode="after")
    def _room_to_grow(self) -> Self:
        if self.memory_growth is None or self.memory is None:
            return self
        if amount(self.memory_growth.up_to) < amount(self.memory):
            least = f"at least resources.limits.memory, {self.memory}"
            raise ValueError(f"memoryGrowth.upTo: must be {least}; raise it")
        return self
