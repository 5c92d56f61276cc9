"""What pods ask of a node: what Kubernetes takes is taken, what it refuses is refused by name."""

from typing import Any

import pytest
from pydantic import ValidationError

from hone.api.faults import faults
from hone.api.resources import Resources

GPU = "nvidia.com/gpu"


@pytest.mark.parametrize(
    "limits",
    [
        {"memory": "129e6"},
        {"memory": ".5Gi", "cpu": "+1"},
        {"cpu": 2},
        {GPU: "1000m"},
        {GPU: "2.0"},
        {GPU: "1k"},
        {"hugepages-2Mi": "4Mi", "cpu": 1, "ephemeral-storage": "1E3"},
    ],
)
def test_what_kubernetes_takes_is_taken(limits: dict[str, Any]) -> None:
    found = Resources.model_validate({"limits": limits, "requests": limits})
    assert found.limits == {name: str(text) for name, text in limits.items()}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            {"limits": {GPU: "0.5"}},
            f"limits[{GPU}]: devices come whole: must be a number such as 1",
        ),
        ({"limits": {GPU: True}}, f"limits.{GPU}: must be text; put it in quotes"),
        ({"limits": {"cpu": 0.5}}, "limits.cpu: must be text; put it in quotes"),
        ({"limits": {"cpu": -1}}, "limits.cpu: must be an amount such as 500m, 4Gi or 1"),
        ({"limits": {"gpu": 1}}, "limits[gpu]: must be cpu, memory"),
        ({"requests": {GPU: 1}}, f"requests[{GPU}]: must be what limits has of this device"),
        (
            {"limits": {GPU: 2}, "requests": {GPU: 1}},
            f"requests[{GPU}]: must be what limits has of this device: leave it out of requests",
        ),
        ({"limits": {GPU: "1e30"}}, f"limits[{GPU}]: devices come whole"),
        ({"limits": {"a..b/c": 1}}, "limits[a..b/c]: must be cpu, memory"),
        ({"limits": {"requests.a/b": 1}}, "limits[requests.a/b]: must be cpu, memory"),
        (
            {"limits": {"hugepages-2Mi": "3Mi", "cpu": 1}},
            "limits[hugepages-2Mi]: pages come whole: must be a multiple of their size; found 3Mi",
        ),
        (
            {"limits": {"hugepages-2Mi": "4Mi"}},
            "limits[hugepages-2Mi]: huge pages go with cpu or memory: add one of them to limits",
        ),
        (
            {"limits": {"cpu": "1500m"}, "requests": {"cpu": 2}},
            "requests[cpu]: must be at most its limit: lower it, or raise the limit",
        ),
    ],
)
def test_what_it_refuses_is_refused_with_the_remedy(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Resources.model_validate(given)
    assert faults(refused.value, Resources)[0].startswith(says)
