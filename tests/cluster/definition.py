"""The definition of our kind, put into a real API server and served by it."""

import time

from hone.api.crd import render
from lab import patience
from lab.apiserver import Cluster

PATIENCE = patience.seconds(60)
ESTABLISHED = 'jsonpath={.status.conditions[?(@.type=="Established")].status}'


def define(server: Cluster) -> None:
    """Apply the definition, and wait until it is served."""
    server.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=render())
    established(server)


def established(server: Cluster) -> None:
    """Wait until it is served: `kubectl wait` gives up on one that has no conditions yet."""
    deadline = time.monotonic() + PATIENCE
    name = "optimizationjobs.hone.dev"
    while server.kubectl("get", "crd", name, "-o", ESTABLISHED, check=False) != "True":
        assert time.monotonic() < deadline, f"{name} is not served"
        time.sleep(0.1)
