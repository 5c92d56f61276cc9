"""What every room of the tests may ask for."""

import gc
import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from lab.pytest_plugin import api_server, node, testbed

__all__ = ["api_server", "datasets", "node", "root", "testbed"]

ROOT = Path(__file__).parent.parent
# No property is wrong because a machine is slow.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


BUILT = {"api_server", "helm", "s3"}
"""Fixtures that want binaries of the room, which a cold machine first has to build."""
BOXED = {"testbed", "node", "hone"}
"""Fixtures that want the real node."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by what they ask for, so that none runs in the wrong round."""
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if asked & BOXED:
            item.add_marker("realnode")
        elif asked & BUILT:
            item.add_marker("api")


# Modules and tests stay until the end: looking through them for garbage, over and over, took a
# twentieth of a check.
gc.disable()


def pytest_collection_finish() -> None:
    """Look for garbage from now on, but not among what was collected."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skip is a failure, whoever asked for it: what nobody ran proves nothing."""
    report = yield
    if report.skipped and call.excinfo and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"CI must be able to run this: {call.excinfo.value}"
    return report


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def datasets() -> Path:
    """Real data, one set per domain; licences keep it out of the checkout."""
    folder = Path(os.environ.get("HONE_DATASETS", ROOT.parent / "shared" / "datasets"))
    if folder.is_dir():
        return folder
    pytest.skip(f"no data sets in {folder}; name their folder in HONE_DATASETS")
