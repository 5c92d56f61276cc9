"""What a job may say about its pods: a curated part of the pod's own fields.

The full pod template would make the CRD larger than plain ``kubectl apply`` accepts, and would let
a job undo what its administrator set (Argo Workflows CVE-2026-31892).
"""

from typing import Annotated, ClassVar, Literal, Self, TypeVar

from pydantic import Field, model_validator

from hone.api.labels import KEY_PATTERN, KEYS, KeyText, Labels, LabelText
from hone.api.resources import Resources
from hone.api.volumes import APART, Volume, twice
from hone_trainer.contract import patterns
from hone_trainer.contract.patterns import VARIABLE_PATTERN, Name
from hone_trainer.contract.spec import Rule, Spec

Settings = TypeVar("Settings", bound="PodSettings")
IMAGE_PATTERN = "^[!-~]+$"
KEYLESS = "operator: only Exists goes without a key: name the taint's, or say Exists"
VALUELESS = "value: Exists compares none: leave it out, or say Equal"


class SecretKey(Spec):
    """A key of a Secret in the job's namespace."""

    name: Name
    """The Secret."""
    key: Annotated[str, Field(min_length=1, max_length=253, pattern=patterns.KEY_PATTERN)]
    """The key in it."""


class Variable(Spec):
    """An environment variable."""

    name: Annotated[str, Field(max_length=128, pattern=VARIABLE_PATTERN)]
    """Its name."""
    value: patterns.Word = ""
    """Its value, in plain sight of whoever can read the job."""
    secret_key: SecretKey | None = None
    """Take the value from a Secret instead."""


class Toleration(Spec):
    """A taint that the pods put up with."""

    rules = (
        Rule("has(self.key) || self.operator == 'Exists'", KEYLESS),
        Rule("self.operator == 'Equal' || !has(self.value) || self.value == ''", VALUELESS),
    )

    key: KeyText | None = None
    """Key of the taint; every key where none is given."""
    operator: Literal["Exists", "Equal"] = "Equal"
    """How the value is compared."""
    value: LabelText | None = None
    """Value of the taint."""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None
    """Effect of the taint; every effect where none is given."""

    @model_validator(mode="after")
    def _as_kubernetes_takes_it(self) -> Self:
        if self.key is None and self.operator != "Exists":
            raise ValueError(KEYLESS)
        if self.value and self.operator == "Exists":
            raise ValueError(VALUELESS)
        return self


class PodSettings(Spec):
    """Where and how pods run."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            f"!has(self.nodeSelector) || self.nodeSelector.all(k, k.matches('{KEY_PATTERN}'))",
            f"nodeSelector: a key {KEYS}",
        ),
        APART,
    )

    image: Annotated[str, Field(min_length=1, max_length=512, pattern=IMAGE_PATTERN)] | None = None
    """Container image; the operator's trainer image where nothing is said."""
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] | None = None
    """When the image is pulled."""
    image_pull_secrets: Annotated[tuple[Name, ...], Field(max_length=8)] | None = None
    """Secrets for pulling it."""
    resources: Resources | None = None
    """Compute resources of each pod."""
    env: Annotated[tuple[Variable, ...], Field(max_length=64)] | None = None
    """Environment variables."""
    volumes: Annotated[tuple[Volume, ...], Field(max_length=16)] | None = None
    """Volumes."""
    node_selector: Annotated[Labels, Field(max_length=16)] | None = None
    """Labels that a node must have."""
    tolerations: Annotated[tuple[Toleration, ...], Field(max_length=16)] | None = None
    """Taints that the pods put up with."""
    service_account_name: Name | None = None
    """Account of the pods; it needs no rights."""
    priority_class_name: Name | None = None
    """Priority of the pods."""
    runtime_class_name: Name | None = None
    """Container runtime of the pods."""
    run_as_user: Annotated[int, Field(ge=1, le=2_147_483_647)] | None = None
    """Number of the user, and of its group, that the pods run as; never root. 65532 where nothing
    is said."""
    writable_root: bool | None = None
    """Let the container write to its own root file system; images of your own may need it."""

    @model_validator(mode="after")
    def _apart(self) -> Self:
        for fault in twice(self.volumes or ()):
            raise ValueError(fault)
        return self

    @property
    def memory(self) -> str | None:
        """The memory limit of each pod."""
        return self.resources.limits.get("memory") if self.resources else None

    def over(self, defaults: Settings) -> Settings:
        """Return these words, and those of ``defaults`` where nothing is said."""
        words = {name: getattr(self, name, None) for name in type(defaults).model_fields}
        said = {name: value for name, value in words.items() if value is not None}
        return defaults.model_copy(update=said)
