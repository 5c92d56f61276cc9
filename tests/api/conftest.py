"""What tests of the definition ask for."""

import time
from pathlib import Path

import pytest

from lab import patience
from lab.apiserver import Cluster


@pytest.fixture(scope="module")
def server(api_server: Cluster, root: Path) -> Cluster:
    """An API server that knows our kind."""
    definition = str(root / "crds" / "hone.dev_optimizationjobs.yaml")
    api_server.kubectl("apply", "-f", definition)
    until = time.monotonic() + patience.seconds(30)
    while "optimizationjobs" not in api_server.kubectl("api-resources", "--api-group=hone.dev"):
        assert time.monotonic() < until, "the definition is never served"
        time.sleep(0.2)
    return api_server
