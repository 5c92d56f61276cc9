"""The chart, and the helms that render it."""

from pathlib import Path

import pytest

from lab.pytest_plugin import binary
from tests.cluster.conftest import server

__all__ = ["chart", "helm", "server"]


@pytest.fixture(scope="session", params=["helm", "helm3"])
def helm(request: pytest.FixtureRequest) -> Path:
    """Helm 4 and helm 3."""
    return binary(request.param)


@pytest.fixture(scope="session")
def chart(root: Path) -> Path:
    """The chart's folder."""
    return root / "charts" / "hone"
