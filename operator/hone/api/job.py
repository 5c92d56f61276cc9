"""The spec of an OptimizationJob."""

from itertools import chain
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from hone.api import mounts
from hone.api.addresses import ENDPOINT_PATTERN, STORE_PATTERN
from hone.api.execution import Execution, RoleSettings
from hone.api.flow import misnamed, missing_image, missing_inputs, too_large, unworkable
from hone.api.labels import LABEL_PATTERN, Annotations, Labels
from hone_trainer.contract.patterns import DNS_PATTERN, Name, StageName
from hone_trainer.contract.spec import Rule, Spec
from hone_trainer.stages import AnyStage

MUTABLE = ("suspend", "retry", "ttlSecondsAfterFinished")
"""Fields of the spec that may be changed."""
NAME_LIMIT = 48
"""Characters of a job's name; leaves room for stage, member and attempt in host names."""


class Credentials(Spec):
    """Where the pods find the credentials of the artifact store."""

    secret_name: Name
    """Secret whose keys become environment variables of the pods, such as ``AWS_ACCESS_KEY_ID``
    and ``AWS_SECRET_ACCESS_KEY``. The operator never reads it."""


class ArtifactsSpec(Spec):
    """Where everything that the stages produce is stored."""

    uri: Annotated[str, Field(min_length=1, max_length=1024, pattern=STORE_PATTERN)]
    """Bucket and folder, such as ``s3://models/shop``; no user, password or signature in it."""
    endpoint: Annotated[str, Field(max_length=512, pattern=ENDPOINT_PATTERN)] | None = None
    """Address of an S3-compatible server; the cloud's own where nothing is said."""
    region: Annotated[str, Field(max_length=63)] | None = None
    """Region of the bucket."""
    credentials: Credentials | None = None
    """Credentials; those of the pods' service account where nothing is said."""


class StageSpec(AnyStage, Execution):
    """A step of the optimisation: its name, exactly one kind, and where it runs."""

    rules = (
        Rule(
            "!has(self.roles)"
            " || self.roles.all(r, self.roles.filter(q, q.role == r.role).size() == 1)",
            "roles: every role must be named once",
        ),
    )

    name: StageName
    """Its name, unique within the job."""
    roles: Annotated[tuple[RoleSettings, ...], Field(max_length=4)] = ()
    """What holds for the pods of one role only."""

    @model_validator(mode="after")
    def _has_the_roles(self) -> Self:
        named = [each.role for each in self.roles]
        if len(set(named)) < len(named):
            raise ValueError("roles: every role must be named once")
        there = dict.fromkeys(role.name for gang in self.value.gangs() for role in gang.roles)
        for index, role in enumerate(named):
            if role not in there:
                known = f"this stage has no {role}; it has {', '.join(there)}"
                raise ValueError(f"roles[{index}].role: {known}")
        return self


class JobSpec(Spec):
    """A whole optimisation: from raw data to a small, fast, accurate model."""

    rules = (
        Rule(
            "self.stages.all(s, self.stages.filter(t, t.name == s.name).size() == 1)",
            "stages: every name must be used once",
        ),
        mounts.RULE,
    )

    artifacts: ArtifactsSpec | None = None
    """Where everything that the stages produce is stored; the operator's default otherwise."""
    defaults: Execution | None = None
    """What holds for every stage that does not say otherwise."""
    stages: Annotated[tuple[StageSpec, ...], Field(min_length=1, max_length=32)]
    """The steps, run in order; each works on what the steps before it made."""
    reuse: bool = True
    """Take over what an earlier job of this namespace made of the same, instead of making it again.
    """
    seed: Annotated[int, Field(ge=0, le=2_147_483_647)] = 0
    """Seed of everything random."""
    suspend: bool = False
    """Stop all pods and keep what is committed; false again goes on."""
    retry: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """Raise it to have a failed job tried again, from the stage that failed; it only grows."""
    ttl_seconds_after_finished: Annotated[int, Field(ge=0, le=31_536_000)] | None = None
    """When the finished job's pods are removed; the job itself and its artifacts stay."""

    @model_validator(mode="after")
    def _flows(self) -> Self:
        if len({stage.name for stage in self.stages}) != len(self.stages):
            raise ValueError("stages: every name must be used once")
        named = misnamed([(stage.name, stage) for stage in self.stages])
        for index, problem in chain(missing_inputs(self.stages), named, unworkable(self.stages)):
            raise ValueError(f"stages[{index}]: {problem}")
        for index, stage in enumerate(self.stages):
            if problem := too_large(stage):
                raise ValueError(f"stages[{index}].{stage.kind}: {problem}")
            if problem := missing_image(stage, stage, stage.roles, self.defaults):
                remedy = f"set stages[{index}].image, or defaults.image"
                raise ValueError(f"stages[{index}]: {problem}; {remedy}")
        return self


class OptimizationJob(Spec):
    """A job as far as planning needs it: who it is and what it asks for."""

    namespace: Annotated[str, Field(max_length=63, pattern=LABEL_PATTERN)] = "default"
    name: Annotated[str, Field(max_length=NAME_LIMIT, pattern=DNS_PATTERN)]
    uid: str = ""
    generation: int = 1
    labels: Labels = {}
    annotations: Annotations = {}
    spec: JobSpec

    @classmethod
    def read(cls, raw: dict[str, Any]) -> Self:
        """Read the resource, as it is stored or as somebody wrote it.

        Raises:
            pydantic.ValidationError: where the resource does not keep the schema.
        """
        meta = raw.get("metadata") or {}
        known = {key: meta[key] for key in cls.model_fields if meta.get(key) not in (None, "")}
        return cls.admit({"name": "", **known, "spec": raw.get("spec") or {}})
