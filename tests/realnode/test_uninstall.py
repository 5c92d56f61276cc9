"""helm uninstall ends, whatever is going on, and jobs go on when the operator is back."""

from collections.abc import Callable

import pytest

from lab import patience, release
from lab.testbed import Testbed
from tests.realnode.desk import Desk, condition
from tests.realnode.specs import artifacts, prepare, small

pytestmark = [pytest.mark.realnode, pytest.mark.slow]


def test_uninstalling_never_hangs_and_loses_no_job(
    desks: Callable[[str], Desk], hone: Testbed
) -> None:
    desk = desks("uninstall")
    spec = {"artifacts": artifacts(hone), "stages": [prepare(small())]}
    desk.apply("left-behind", spec)
    release.uninstall(hone.box)
    assert not hone.kubectl("-n", "hone-system", "get", "deployments", "-o", "name").strip()
    assert "left-behind" in desk.kubectl("get", "hj")
    desk.kubectl("delete", "hj", "left-behind", patience.flag(30))
    desk.apply("found-again", spec)
    hone.install()
    assert condition(desk.ended("found-again"), "Complete")["status"] == "True"
