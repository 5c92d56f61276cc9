"""What the pods of an attempt may meet, and how often."""

import random

from hone_trainer.contract.assignment import Report
from tests.control.outlook import REPORT
from tests.fakes.cluster import FakeCluster

WELL = ("ok", "report lost", "silent")
"""All pods end well; their reports are gone before they are read, or there never were any."""
FATES = (*WELL, "preempted", "crashed", "out of memory", "deleted", "fatal")
WEIGHTS = (60, 6, 4, 10, 8, 6, 6, 4)


def meet(cluster: FakeCluster, name: tuple[str, str], fate: str, rng: random.Random) -> None:
    """Let the pods of a Job meet their fate, or one of them."""
    size = cluster.jobs[name]["spec"]["completions"]
    victim = rng.randrange(size)
    match fate:
        case "preempted":
            told = [{"type": "DisruptionTarget", "status": "True"}]
            cluster.end(name, victim, 143, "", conditions=told)
        case "crashed":
            cluster.end(name, victim, 1, "")
        case "out of memory":
            cluster.end(name, victim, 137, "", reason="OOMKilled")
        case "deleted":
            cluster.lose(name)
        case "fatal":
            said = Report(reason="BadLabel", message="mend it").encode()
            cluster.end(name, victim, 64, said)
        case _:
            for index in range(size):
                cluster.end(name, index, 0, "" if fate == "silent" else REPORT)
            if fate == "report lost":
                cluster.clear(name)
