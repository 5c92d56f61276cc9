"""Fixtures for tests that want the real thing, at the two depths of the room.

`api_server` costs seconds and no rights; `testbed` needs root and Linux. Where a machine cannot
have one, its tests are skipped with the reason, which in CI (CI=true) is a failure.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from lab import apiserver, binaries, box, life, places
from lab.faults import Missing
from lab.testbed import Testbed


@pytest.fixture(scope="session")
def api_server() -> Iterator[apiserver.Cluster]:
    """A real API server that knows our kind, with controllers and no nodes."""
    try:
        with apiserver.running(places.CHECKOUT / "crds") as cluster:
            yield cluster
    except Missing as missing:
        without(missing)


@pytest.fixture(scope="session")
def testbed() -> Testbed:
    """One real node, which stays up after the session: `python -m lab down` ends it."""
    ours = box.ours()
    try:
        life.up(ours)
    except Missing as missing:
        without(missing)
    return Testbed.of(ours)


@pytest.fixture(scope="session")
def node(testbed: Testbed) -> Testbed:
    """The same, under the name of what it is."""
    return testbed


def binary(name: str) -> Path:
    """Find or build one of the room's binaries, such as helm or versitygw."""
    try:
        found: Path = binaries.ensure([name])[name]
    except Missing as missing:
        without(missing)
    return found


def without(missing: Missing) -> NoReturn:
    """Skip, saying why."""
    pytest.skip(f"this machine cannot: {missing}")
