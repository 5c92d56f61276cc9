"""A model that no pod can hold, on the real cluster: 3 GB of tables over four servers of 3 GiB.

    python -m bench.large_tables [--scale 1.0]

With Adam's moments the tables take 9 GB. The job trains, saves in pieces, loses a server to SIGKILL
after its first checkpoint, goes on, ships its model in pieces and evaluates it; the same job on one
device is refused, with the remedy. What happened, and what each pod took at most, is printed.
"""

import argparse
import json
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import cluster
from lab.testbed import Testbed
from tests.realnode.desk import condition, processes
from tests.realnode.siege import Siege
from tests.realnode.specs import artifacts

USERS, ITEMS, WIDTH = 8_000_000, 4_000_000, 64
LIMIT = "3Gi"
NAMESPACE = "large-tables"
TASKS = [{"binary": {"label": "clicked"}}]


def spec(bed: Testbed, scale: float, strategy: dict[str, Any]) -> dict[str, Any]:
    """Return the job."""
    columns = [
        {"name": "user", "id": {"buckets": int(USERS * scale)}},
        {"name": "item", "id": {"buckets": int(ITEMS * scale)}},
    ]
    source = {"clickModel": {"rows": 135_000, "users": 20_000, "items": 10_000}}
    resources = {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": LIMIT}}
    train = {
        "model": {"recommendation": {"lstm": {"embedding": WIDTH, "units": 64}}},
        "optimizer": {"adam": {"learningRate": 0.01, "lazy": True}},
        "strategy": strategy,
        "epochs": 3,
        "batchSize": 2048,
    }
    return {
        "artifacts": artifacts(bed),
        "defaults": {"resources": resources},
        "stages": [
            {"name": "data", "prepare": {"source": source, "tasks": TASKS, "columns": columns}},
            {"name": "train", "train": train},
            {"name": "evaluate", "evaluate": {}},
        ],
    }


def main() -> None:
    """Run it and print what happened."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    scale = parser.parse_args().scale
    desk = cluster.desk(NAMESPACE)
    bed = desk.bed
    begun = time.monotonic()

    def say(words: str) -> None:
        print(f"{time.monotonic() - begun:6.0f} s  {words}", flush=True)

    served = {"parameterServer": {"workers": 2, "ps": 4}}
    desk.apply("large", spec(bed, scale, served))
    desk.apply("alone", spec(bed, scale, {"singleDevice": {}}))
    siege, killed, most = Siege(desk, "large"), False, dict[str, float]()
    told = ""
    while not (status := desk.status("large")).get("finishedAt"):
        for name, gib in memory(siege):
            most[name] = max(gib, most.get(name, 0.0))
        now = f"{status.get('stage')} {siege.gang().get('message', '')}"
        if now != told:
            say(told := now)
        if not killed and (saved := siege.checkpoints()):
            say(f"checkpoints {saved}; killing {siege.strike('ps', 2, signal.SIGKILL)}")
            killed = True
        time.sleep(1)
    say(f"restarts {status['restarts']}, checkpoints kept {siege.checkpoints()}")
    figures = {m["name"]: m["value"] for m in status["stages"][-1].get("metrics", ())}
    say(f"{status['stage']}: {figures}")
    say("most memory, GiB: " + json.dumps({name: round(gib, 2) for name, gib in most.items()}))
    say(f"pieces shipped: {len(list(siege.folder.rglob('*.bin')))}")
    alone = condition(desk.ended("alone"), "Failed")
    say(f"on one device: {alone['reason']}: {alone['message']}")
    bed.kubectl("delete", "namespace", NAMESPACE, "--wait=false")
    sys.exit(0 if killed and condition(status, "Complete").get("status") == "True" else 1)


def memory(siege: Siege) -> Iterator[tuple[str, float]]:
    """Return (role and index, GiB in use) of the gang's pods, file cache left out."""
    for pod in siege.pods():
        labels = pod["metadata"]["labels"]
        index = labels["batch.kubernetes.io/job-completion-index"]
        used = 0
        for process in processes(pod["metadata"]["uid"], b"hone_trainer"):
            try:
                text = Path(f"/proc/{process.pid}/status").read_text()
            except OSError:
                continue
            used += int(text.partition("RssAnon:")[2].split()[0] if "RssAnon" in text else 0)
        yield f"{labels['hone.dev/role']}-{index}", used / (1 << 20)


if __name__ == "__main__":
    main()
