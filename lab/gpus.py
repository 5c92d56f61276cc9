"""Pretend GPUs: an extended resource on the node, so that requests and limits are tested for real.

The scheduler counts them and the kubelet admits by them; only the device itself is missing.
"""

import json

from lab import ground
from lab.apiserver import Cluster

RESOURCE = "nvidia.com/gpu"


def set_gpus(cluster: Cluster, count: int) -> None:
    """Let the node say that it has `count` GPUs, from now on and until the box ends.

    Args:
        cluster: the cluster in the box.
        count: how many; 0 takes them away.
    """
    amount = {RESOURCE: str(count)}
    patch = {"status": {"capacity": amount, "allocatable": amount}}
    node = ["patch", "node", ground.NODE, "--subresource=status", "--type=merge"]
    cluster.kubectl(*node, "--patch", json.dumps(patch))
