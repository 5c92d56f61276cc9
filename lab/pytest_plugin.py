"""Fixtures for tests that want the real thing, at the two depths of the room.

`api_server` costs seconds and no rights; `testbed` needs root and Linux. Where a machine cannot
have one, its tests are skipped with the reason, except in CI (CI=true), where they fail.
"""

import os
from collections.abc import Iterator
from typing import NoReturn

import pytest

from lab import apiserver, box, life
from lab.faults import Missing
from lab.testbed import Testbed


@pytest.fixture(scope="session")
def api_server() -> Iterator[apiserver.Cluster]:
    """A real API server with its controllers and no nodes, for this session alone."""
    try:
        with apiserver.running() as cluster:
            yield cluster
    except Missing as missing:
        _without(missing)


@pytest.fixture(scope="session")
def testbed() -> Testbed:
    """One real node, which stays up after the session: `python -m lab down` ends it."""
    ours = box.ours()
    try:
        life.up(ours)
    except Missing as missing:
        _without(missing)
    return Testbed.of(ours)


@pytest.fixture(scope="session")
def node(testbed: Testbed) -> Testbed:
    """The same, under the name of what it is."""
    return testbed


def _without(missing: Missing) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must be able to do this: {missing}", pytrace=False)
    pytest.skip(f"this machine cannot: {missing}")
