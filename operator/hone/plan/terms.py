"""What a gang runs under: the stage that it runs, its shape, and the settings of its pods."""

from dataclasses import dataclass

from hone.api.execution import Execution
from hone.api.job import StageSpec
from hone_trainer.contract.stage import Gang, Stage

RETRIES = 3
"""Where the job says nothing."""


@dataclass(frozen=True)
class Terms:
    """The part of the spec that concerns one gang."""

    spec: StageSpec
    shape: Gang
    limits: Execution
    """The settings of the stage, over the job's defaults."""

    @classmethod
    def of(cls, spec: StageSpec, shape: Gang, defaults: Execution | None) -> "Terms":
        """Read them off a job."""
        return cls(spec, shape, spec.over(defaults or Execution()))

    def pods(self, role: str) -> Execution:
        """Return the settings of the pods of a role."""
        said = next((each for each in self.spec.roles if each.role == role), None)
        return said.over(self.limits) if said else self.limits

    @property
    def stage(self) -> Stage:
        """What the gang runs."""
        stage: Stage = self.spec.value
        return stage

    @property
    def retries(self) -> int:
        """Failures that are answered by another try."""
        return RETRIES if self.limits.retries is None else self.limits.retries
