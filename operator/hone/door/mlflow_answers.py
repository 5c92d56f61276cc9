"""What is read of a tracking server's answers: whoever says anything else is no such server."""

from pydantic import BaseModel, ConfigDict


class Told(BaseModel):
    """A part of an answer; what servers say besides is left aside."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Experiment(Told):
    """An experiment."""

    experiment_id: str
    lifecycle_stage: str = "active"


class Found(Told):
    """An experiment that was asked for."""

    experiment: Experiment


class Pair(Told):
    """A parameter or a tag."""

    key: str
    value: str = ""


class Info(Told):
    """What a run is called."""

    run_id: str
    artifact_uri: str = ""


class Data(Told):
    """What is known of a run."""

    params: list[Pair] = []
    tags: list[Pair] = []


class Run(Told):
    """A run."""

    info: Info
    data: Data = Data()

    @property
    def tags(self) -> dict[str, str]:
        """Its tags by key."""
        return {each.key: each.value for each in self.data.tags}


class Created(Told):
    """A run that was made."""

    run: Run


class Search(Told):
    """Runs that were looked for."""

    runs: list[Run] = []
