"""A real API server that knows our kind."""

import pytest

from hone.api.crd import render
from lab.apiserver import Cluster


@pytest.fixture(scope="session")
def server(api_server: Cluster) -> Cluster:
    """An API server with the definition in it."""
    api_server.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=render())
    api_server.kubectl("wait", "--for=condition=Established", "crd/optimizationjobs.hone.dev")
    return api_server
