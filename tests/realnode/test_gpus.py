"""A stage that asks for a GPU waits, saying so, and lands on a node that has one."""

from collections.abc import Callable, Iterator

import pytest

from lab.testbed import Testbed
from tests.realnode.desk import Desk, condition
from tests.realnode.specs import artifacts, prepare, small

pytestmark = [pytest.mark.realnode, pytest.mark.slow]


@pytest.fixture
def gpus(hone: Testbed) -> Iterator[Callable[[int], None]]:
    """Let the node say how many GPUs it has; none before and after."""
    hone.set_gpus(0)
    yield hone.set_gpus
    hone.set_gpus(0)


def test_it_waits_and_then_lands(desks: Callable[[str], Desk], gpus: Callable[[int], None]) -> None:
    desk = desks("gpus")
    stage = prepare(small()) | {"resources": {"limits": {"nvidia.com/gpu": 1}}}
    desk.apply("wants-gpu", {"artifacts": artifacts(desk.bed), "stages": [stage]})

    def says_why() -> bool:
        stages = desk.status("wants-gpu").get("stages", [])
        return bool(stages) and "Insufficient nvidia.com/gpu" in stages[0].get("message", "")

    desk.until("word of the missing GPU", says_why, 60)
    gpus(1)
    status = desk.ended("wants-gpu", 120)
    assert condition(status, "Complete")["status"] == "True"
    pod = desk.items("pods")[0]
    assert pod["spec"]["containers"][0]["resources"]["limits"] == {"nvidia.com/gpu": "1"}
