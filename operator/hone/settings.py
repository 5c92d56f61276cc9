"""The operator's settings: the environment, read once, checked, and never looked at again."""

import os
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from hone.api.job import ArtifactsSpec, Credentials
from hone.plan.site import Site

PREFIX = "HONE_"
EVERYWHERE = ("", "0.0.0.0")  # noqa: S104
ADDRESS = r"^[^:]*:[0-9]{1,5}$"


def _words(value: object) -> object:
    """Read a list with commas between its words."""
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    return value


class WrongSettings(ValueError):
    """A variable has a value that means nothing; says which, and what is wrong."""


class Settings(BaseModel):
    """Everything that the installation decides: each field a variable, ``HONE_`` and its name."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    namespaces: Annotated[tuple[str, ...], BeforeValidator(_words)] = ()
    """Namespaces whose jobs are served, with commas between; all where empty."""
    trainer_image: str = "hone.dev/trainer:dev"
    """Image of the pods, where a job names none."""
    trainer_pull_policy: Literal["Always", "IfNotPresent", "Never"] = "IfNotPresent"
    """When that image is pulled."""
    progress_url: str | None = None
    """Where pods post their progress, as they see it; nobody posts where empty."""
    progress_audience: str = "hone.dev/progress"
    """Audience of the tokens with which they post."""
    artifacts_uri: str | None = None
    """Store of the jobs that name none."""
    artifacts_endpoint: str | None = None
    """Its server, where it is not the cloud's own."""
    artifacts_region: str | None = None
    """Its region."""
    artifacts_secret: str | None = None
    """Secret, in each job's namespace, with its credentials."""
    workers: Annotated[int, Field(ge=1, le=64)] = 4
    """Jobs that are worked on at the same time."""
    resync_seconds: Annotated[float, Field(gt=0)] = 60.0
    """So often it is found out what has changed without an event."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """What is worth a line."""
    listen: Annotated[str, Field(pattern=ADDRESS)] = "0.0.0.0:8080"
    """Address of health, metrics and progress."""
    leader_election: bool = True
    """Whether several operators take turns; off only where there is never a second one."""
    lease_name: str = "hone-operator"
    """The Lease by which they do."""
    lease_seconds: Annotated[int, Field(ge=2, le=300)] = 15
    """A silent leader is replaced after so long."""
    pod_name: str = ""
    """This process in Events and in the Lease (``POD_NAME``); host and process id where empty."""
    pod_namespace: str = "default"
    """Where it runs (``POD_NAMESPACE``)."""
    pod_ip: str = ""
    """Its address (``POD_IP``), at which standbys reach it while it leads."""
    kubeconfig: str | None = None
    """File with the way to the API server (``KUBECONFIG``); the pod's own account where empty."""

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read the environment; a variable without a value counts as absent.

        Raises:
            WrongSettings: a value means nothing.
        """
        environ = os.environ if environ is None else environ
        names = {name: variable(name) for name in cls.model_fields}
        given = {name: environ[key] for name, key in names.items() if environ.get(key)}
        try:
            settings = cls.model_validate(given)
            settings.site()
        except ValidationError as error:
            raise WrongSettings(_explain(error)) from error
        return settings

    @property
    def address(self) -> str:
        """Where other operators reach this one; empty where it does not know."""
        host, _, port = self.listen.rpartition(":")
        host = self.pod_ip or ("" if host in EVERYWHERE else host)
        bare = f"[{host}]" if ":" in host else host
        return f"{bare}:{port}" if bare else ""

    def site(self) -> Site:
        """Return the part that manifests depend on."""
        artifacts = None
        if self.artifacts_uri:
            secret = self.artifacts_secret
            artifacts = ArtifactsSpec(
                uri=self.artifacts_uri,
                endpoint=self.artifacts_endpoint,
                region=self.artifacts_region,
                credentials=Credentials(secret_name=secret) if secret else None,
            )
        return Site(
            trainer_image=self.trainer_image,
            pull_policy=self.trainer_pull_policy,
            progress_url=self.progress_url,
            audience=self.progress_audience,
            artifacts=artifacts,
        )


def surroundings() -> Mapping[str, str]:
    """Return the environment as it is, for processes that we start."""
    return dict(os.environ)


def variable(field: str) -> str:
    """Return the environment variable of a field."""
    known = field in ("kubeconfig", "pod_name", "pod_namespace", "pod_ip")
    return field.upper() if known else PREFIX + field.upper()


def _explain(error: ValidationError) -> str:
    faults = []
    for each in error.errors():
        name = str(each["loc"][0]) if each["loc"] else ""
        if error.title == "ArtifactsSpec":
            name = f"artifacts_{name}"
        faults.append(f"{variable(name)}: {each['msg']}")
    return "; ".join(faults)
