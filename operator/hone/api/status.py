"""The status of an OptimizationJob: all that the operator remembers."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from hone_trainer.contract.assignment import WHOLE, Artifact, Cautions, Metric
from hone_trainer.contract.spec import Spec

State = Literal["Pending", "Running", "Succeeded", "Failed", "Suspended"]
MOST = 2**31 - 1
"""Far more than can be counted of pods and attempts; one number too large, and the API server would
refuse all of a status."""
Count = Annotated[int, Field(ge=0, le=MOST)]
Sum = Annotated[int, Field(ge=0, le=WHOLE)]


def _moment(text: str) -> str:
    """Refuse what is no moment that can be reckoned with."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None or not 1970 <= moment.year < 3000:
        raise ValueError("must be a moment of these centuries, with its time zone")
    return text


Time = Annotated[
    str,
    Field(max_length=32, json_schema_extra={"format": "date-time"}),
    AfterValidator(_moment),
]
Short = Annotated[str, Field(max_length=128)]
Message = Annotated[str, Field(max_length=1024)]
Name = Annotated[str, Field(max_length=63)]
Uid = Annotated[str, Field(max_length=64)]


class Answer(Spec):
    """A part of the status; what a newer version may have added is dropped when it is read."""

    model_config = ConfigDict(extra="ignore")


class Condition(Answer):
    """One observed aspect, in the form of metav1.Condition."""

    type: Annotated[str, Field(max_length=63)]
    """Aspect: Accepted, Suspended, Running, Restarting, Complete, Failed, Caution, Reconciling,
    Stalled."""
    status: Literal["True", "False", "Unknown"]
    """Whether it holds."""
    reason: Annotated[str, Field(max_length=63)]
    """Why, in one word for machines."""
    message: Message = ""
    """Why, in a sentence for people."""
    last_transition_time: Time
    """When it last began or ceased to hold."""
    observed_generation: Annotated[int, Field(ge=0, le=WHOLE)] = 0
    """Generation of the spec it was found for."""


class Restarts(Answer):
    """Restarts, by cause."""

    application: Count = 0
    """The code failed."""
    out_of_memory: Count = 0
    """A pod needed more memory than its limit."""
    preemption: Count = 0
    """A pod was evicted or deleted, or its node went away; does not use up the retries."""

    @property
    def total(self) -> int:
        """All of them."""
        return self.application + self.out_of_memory + self.preemption


class Refusal(Answer):
    """Something that the cluster does not take of a gang, which waits until it does."""

    reason: Annotated[str, Field(max_length=63)]
    """Why, in one word: Refused, NameInUse, PodsRefused."""
    message: Message
    """Why, in the words of the API server or of whoever it asked."""
    tries: Count = 0
    """How often it was asked for."""
    retry_at: Time | None = None
    """When it is asked for again; pods are asked for by their Job."""


class GangStatus(Answer):
    """The pods of one member of a stage."""

    member: Count = 0
    """Its number."""
    state: State = "Pending"
    """Where it stands."""
    attempt: Count = 0
    """Number of the attempt that counts; what belongs to lower ones is removed."""
    restarts: Restarts = Restarts()
    """Restarts so far."""
    replaced: Count = 0
    """Pods of this attempt that were replaced under their index, the gang going on."""
    ready: Count = 0
    """Pods that are ready or done."""
    size: Count = 1
    """Pods in all."""
    not_before: Time | None = None
    """When the next attempt may start, after a failure."""
    jobs: Annotated[dict[Name, Uid], Field(max_length=8)] = {}
    """Jobs that were made for the latest attempt, each with its uid: no other is believed."""
    refusal: Refusal | None = None
    """What the cluster does not take of it."""
    started_at: Time | None = None
    """When its first attempt was started."""
    finished_at: Time | None = None
    """When it succeeded or failed."""
    progress_percentage: Annotated[int, Field(ge=0, le=100)] = 0
    """How far it is."""
    estimated_remaining_seconds: Count | None = None
    """How long it may still take."""
    reason: Annotated[str, Field(max_length=63)] = ""
    """Why it stands there, in one word."""
    message: Message = ""
    """Why it stands there, in a sentence."""
    metrics: Annotated[tuple[Metric, ...], Field(max_length=16)] = ()
    """Its latest figures."""
    cautions: Cautions = ()
    """What a person should know of what it made, the worst first."""
    manifest: Artifact | None = None
    """What it committed, or took over."""
    reused: Annotated[str, Field(max_length=192)] = ""
    """Namespace, job and stage that had made it before."""


class StageStatus(Answer):
    """A stage."""

    name: Annotated[str, Field(max_length=63)]
    """Its name."""
    kind: Annotated[str, Field(max_length=63)]
    """What it does."""
    state: State = "Pending"
    """Where it stands."""
    ready: Annotated[str, Field(max_length=16)] = ""
    """Pods ready or done, of all."""
    progress_percentage: Annotated[int, Field(ge=0, le=100)] = 0
    """How far it is."""
    estimated_remaining_seconds: Count | None = None
    """How long it may still take."""
    restarts: Sum = 0
    """Restarts of its gangs."""
    started_at: Time | None = None
    """When it began."""
    resumed_at: Time | None = None
    """When it last went on after a suspension; ``activeDeadlineSeconds`` counts from there."""
    finished_at: Time | None = None
    """When it ended."""
    metrics: Annotated[tuple[Metric, ...], Field(max_length=16)] = ()
    """Its figures: means over the members while they run."""
    message: Message = ""
    """Where it stands, in a sentence."""
    gangs: Annotated[tuple[GangStatus, ...], Field(max_length=64)] = ()
    """Its members."""


class JobStatus(Answer):
    """What became of the job so far."""

    observed_generation: Annotated[int, Field(ge=-1, le=WHOLE)] = -1
    """Generation of the spec that this status speaks of; -1 before anybody looked."""
    stage: Short = ""
    """The stage at work, or the end that was reached."""
    progress: Annotated[str, Field(max_length=16)] = ""
    """How far the whole job is: stages count by how long such stages take."""
    ready: Annotated[str, Field(max_length=16)] = ""
    """Pods ready or done of the stage at work."""
    restarts: Sum = 0
    """Restarts of all gangs."""
    reused: Annotated[str, Field(max_length=16)] = ""
    """Stages that others had made before, of all."""
    metric: Short = ""
    """The figure that matters most at this moment."""
    retry: Count = 0
    """The number of ``spec.retry`` that was taken up last."""
    started_at: Time | None = None
    """When the first stage began."""
    finished_at: Time | None = None
    """When the job completed or failed."""
    last_updated_time: Time | None = None
    """When figures of running stages were last taken in."""
    conditions: Annotated[
        tuple[Condition, ...],
        Field(
            max_length=16,
            json_schema_extra={
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["type"],
            },
        ),
    ] = ()
    """Observed aspects; ``kubectl wait --for=condition=Complete`` reads them."""
    stages: Annotated[tuple[StageStatus, ...], Field(max_length=32)] = ()
    """The stages."""
    artifacts: Annotated[tuple[Artifact, ...], Field(max_length=128)] = ()
    """Files that finished stages committed, and reports of one that missed its gates."""

    def condition(self, kind: str) -> Condition | None:
        """Return the condition of this type."""
        return next((c for c in self.conditions if c.type == kind), None)

    def holds(self, kind: str) -> bool:
        """Say whether the condition of this type is True."""
        found = self.condition(kind)
        return found is not None and found.status == "True"
