"""The chart, and the helms that render it."""

from pathlib import Path

import pytest

from lab import binaries
from tests.cluster.conftest import server

__all__ = ["chart", "helm", "server"]


@pytest.fixture(scope="session", params=["helm", "helm3"])
def helm(request: pytest.FixtureRequest) -> Path:
    """Helm 4 and helm 3."""
    found = binaries.locate(request.param)
    if found is None:
        pytest.skip(f"{request.param} is not here; `python -m lab binaries` builds it")
    return found


@pytest.fixture(scope="session")
def chart(root: Path) -> Path:
    """The chart's folder."""
    return root / "charts" / "hone"
