"""What pods may use of a node: amounts in the notation of Kubernetes, and what it asks of them.

The API server checks resources of pods, which come long after their job: what it would refuse of
them is refused of the job.
"""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from hone.api.quantity import QUANTITY, amount
from hone_trainer.contract.patterns import SUBDOMAIN
from hone_trainer.contract.spec import Rule, Spec

RESOURCE = (
    r"^(cpu|memory|ephemeral-storage|hugepages-[1-9][0-9]{0,3}[KMG]i"
    rf"|{SUBDOMAIN}/[A-Za-z0-9]([-A-Za-z0-9_.]{{0,61}}[A-Za-z0-9])?)$"
)
"""What nodes have to give: their own resources, and devices, which stand under a domain."""
PAGES, QUOTA = "hugepages-", "requests."
"""Begin the names of pages of one size, and of what only a quota counts."""
MOST = 2**63
"""The API server counts devices in 64 bits."""
LONGEST = 253
"""Characters of a resource's name; the API server takes a little more."""
NAMED = (
    "must be cpu, memory, ephemeral-storage, hugepages-2Mi or a device with its domain, such as "
    "nvidia.com/gpu"
)
WHOLE = "devices come whole: must be a number such as 1"
ALIKE = "must be what limits has of this device: leave it out of requests"
PAGED = "pages come whole: must be a multiple of their size"
BESIDE = "huge pages go with cpu or memory: add one of them to limits"
WITHIN = "must be at most its limit: lower it, or raise the limit"


def _text(value: Any) -> Any:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if whole and value < 2**63 else value


ResourceName = Annotated[str, Field(max_length=LONGEST)]
Quantity = Annotated[
    str,
    BeforeValidator(_text),
    Field(max_length=32, pattern=QUANTITY),
    WithJsonSchema(
        {"x-kubernetes-int-or-string": True, "pattern": QUANTITY, "maxLength": 32, "minimum": 0}
    ),
]
"""An amount in the notation of Kubernetes: 500m, 4Gi, 1."""
Amounts = Annotated[dict[ResourceName, Quantity], Field(max_length=16)]


def _each(kind: str, holds: str) -> str:
    """Return the rule that something holds for every name ``k``, and amount ``limit`` or
    ``request``.

    What is no amount is left to the schema, which says so better.
    """
    for word, field in (("LIMIT", "limits"), ("REQUEST", "requests")):
        holds = holds.replace(word, f"quantity(string(self.{field}[k]))")
    return f"!has(self.{kind}) || self.{kind}.all(k, {holds})"


KNOWN = f"k.size() <= {LONGEST} && !k.startsWith('{QUOTA}') && k.matches('{RESOURCE}')"


class Resources(Spec):
    """Compute resources of each pod."""

    rules = (
        *(
            Rule(_each(kind, KNOWN), f"{kind}: a resource {NAMED}")
            for kind in ("limits", "requests")
        ),
        Rule(_each("limits", "!k.contains('/') || LIMIT.isInteger()"), f"limits: {WHOLE}"),
        Rule(
            _each(
                "requests",
                f"!(k.contains('/') || k.startsWith('{PAGES}'))"
                " || (has(self.limits) && k in self.limits && REQUEST.compareTo(LIMIT) == 0)",
            ),
            f"requests: an amount {ALIKE}",
        ),
        Rule(
            _each(
                "requests",
                "!has(self.limits) || !(k in self.limits) || REQUEST.compareTo(LIMIT) <= 0",
            ),
            f"requests: an amount {WITHIN}",
        ),
        Rule(
            _each(
                "limits",
                f"!k.startsWith('{PAGES}') || (LIMIT.isInteger() && LIMIT.asInteger()"
                f" % quantity(k.substring({len(PAGES)})).asInteger() == 0)",
            ),
            f"limits: {PAGED}",
        ),
        Rule(
            f"!has(self.limits) || !self.limits.exists(k, k.startsWith('{PAGES}'))"
            " || ['cpu', 'memory'].exists(k, k in self.limits)",
            f"limits: {BESIDE}",
        ),
    )

    limits: Amounts = {}
    """The most a pod may use, such as ``cpu: "2"``, ``memory: 4Gi``, ``nvidia.com/gpu: "1"``."""
    requests: Amounts = {}
    """What a pod is sure to get; the limits where nothing is said."""

    @model_validator(mode="after")
    def _may_be_asked_for(self) -> Self:
        for fault in self._faults():
            raise ValueError(fault)
        return self

    def _faults(self) -> Iterator[str]:
        for kind, amounts in (("limits", self.limits), ("requests", self.requests)):
            for name in amounts:
                if not re.fullmatch(RESOURCE, name) or name.startswith(QUOTA):
                    yield f"{kind}[{name}]: {NAMED}"
        for name, text in self.limits.items():
            if "/" in name and not (amount(text).denominator == 1 and amount(text) < MOST):
                yield f"limits[{name}]: {WHOLE}; found {text}"
            if name.startswith(PAGES):
                if amount(text) % amount(name.removeprefix(PAGES)):
                    yield f"limits[{name}]: {PAGED}; found {text}"
                if not {"cpu", "memory"} & self.limits.keys():
                    yield f"limits[{name}]: {BESIDE}"
        for name, text in self.requests.items():
            limit = self.limits.get(name)
            device = "/" in name or name.startswith(PAGES)
            if device and (limit is None or amount(text) != amount(limit)):
                yield f"requests[{name}]: {ALIKE}"
            elif limit is not None and amount(text) > amount(limit):
                yield f"requests[{name}]: {WITHIN}"
