"""A real API server that knows our kind, a namespace in it, and a login for the operator."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hone.cluster.kube_connection import Connection
from lab.apiserver import Cluster
from tests.cluster.definition import define
from tests.cluster.process import login
from tests.cluster.real import RealGround


@pytest.fixture(scope="session")
def server(api_server: Cluster) -> Cluster:
    """An API server with the definition in it."""
    define(api_server)
    return api_server


@pytest.fixture
async def ground(server: Cluster) -> AsyncIterator[RealGround]:
    async with await Connection.open(str(server.kubeconfig)) as connection:
        real = RealGround(connection)
        await real.prepare()
        yield real


@pytest.fixture
def config(server: Cluster) -> Path:
    return login(server)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "operator.log"
