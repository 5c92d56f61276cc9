"""A job as a whole, for the one pod that puts its run on record: others know their stage alone."""

from typing import Any

from hone_trainer.contract.spec import Spec


class PlannedStage(Spec):
    """A stage of the job."""

    name: str
    kind: str
    members: int = 1
    reports: bool = True
    """Whether its pods put their part on record; code that is not ours does not."""


class Planned(Spec):
    """What a job asks for."""

    spec: dict[str, Any]
    """Its spec with defaults filled in, without values of variables and what may be changed."""
    stages: tuple[PlannedStage, ...]
    """All its stages, in order."""
