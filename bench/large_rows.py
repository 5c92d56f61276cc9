"""More rows than memory on the real cluster: three times a pod's memory, over two workers.

    python -m bench.large_rows [--scale 1.0]

The same rows are trained on by two workers of little memory, window by window, with the proof that
each was seen once an epoch, and in one pod that has room for all. What each pod took at most, how
long it took, what it waited for rows and how good the models are is printed.
"""

import argparse
import sys
import time
from typing import Any

from bench import cluster
from bench.large_tables import memory
from lab.testbed import Testbed
from tests.realnode.desk import Desk, condition
from tests.realnode.siege import Siege
from tests.realnode.specs import artifacts

NAMESPACE = "large-rows"
LIMIT, LENGTH, USERS = "1536Mi", 200, 755_000
COLUMNS = [
    {"name": "user", "key": {}},
    {"name": "step", "number": {}},
    {"name": "before", "sequence": {"of": "item", "by": "user", "along": "step", "length": LENGTH}},
]


def spec(bed: Testbed, users: int, train: dict[str, Any], memory: str) -> dict[str, Any]:
    """Return a job with eight training rows of 0.8 kB for each user."""
    data = {
        "source": {"sessionModel": {"users": users, "length": 10, "items": 300}},
        "tasks": [{"nextItem": {"label": "item"}}],
        "columns": COLUMNS,
        "split": {"by": {"leaveOneOut": {"by": "user", "along": "step"}}},
    }
    words = {
        "model": {"generic": {"dense": {"embedding": 16, "layers": [32]}}},
        "epochs": 2,
        "batchSize": 1024,
        **train,
    }
    little = {"requests": {"cpu": "100m", "memory": "256Mi"}}
    return {
        "artifacts": artifacts(bed),
        "stages": [
            {"name": "data", "resources": little | {"limits": {"memory": "12Gi"}}, "prepare": data},
            {"name": "train", "resources": little | {"limits": {"memory": memory}}, "train": words},
        ],
    }


def main() -> None:
    """Run both and print what happened."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    users = round(USERS * parser.parse_args().scale)
    desk = cluster.desk(NAMESPACE)
    bed = desk.bed
    two = {"strategy": {"multiWorkerMirrored": {"workers": 2}}, "rowLog": True}
    jobs = {"windows": (two, LIMIT), "held": ({}, "16Gi")}
    losses = {}
    for name, (train, memory_limit) in jobs.items():
        desk.apply(name, spec(bed, users, train, memory_limit))
        losses[name] = _watched(desk, name)
    bed.kubectl("delete", "namespace", NAMESPACE, "--wait=false")
    sys.exit(0 if all(losses.values()) else 1)


def _watched(desk: Desk, name: str) -> float:
    """Print what a job says until it ends; give the loss on validation rows, 0 where it failed."""
    siege, most, told = Siege(desk, name), dict[str, float](), ""
    begun = time.monotonic()
    while not (status := desk.status(name)).get("finishedAt"):
        for pod, gib in memory(siege):
            most[pod] = max(gib, most.get(pod, 0.0))
        now = f"{status.get('stage')} {siege.gang().get('message', '')}"
        if now != told:
            print(f"{time.monotonic() - begun:6.0f} s  {name}: {(told := now)}", flush=True)
        time.sleep(1)
    figures = {m["name"]: m["value"] for m in status["stages"][-1].get("metrics", ())}
    ended = condition(status, "Complete").get("status") == "True"
    print(f"{name}: {'complete' if ended else status.get('stages')}, restarts {status['restarts']}")
    print(f"{name}: {figures}; most memory, GiB: {most}", flush=True)
    return float(figures.get("valLoss", 0)) if ended else 0.0


if __name__ == "__main__":
    main()
