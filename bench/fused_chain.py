"""The whole chain in the real cluster, once for each way of fusing, with a pod killed on the way.

    python -m bench.fused_chain [--only stack,adversarial]

prepare → three members of two workers each, on a third of the rows each → fuse and fine-tune, by
two workers of which one is killed → compress → evaluate. What came of it is printed, and every
artifact that a status names is fetched and held against its digest.
"""

from __future__ import annotations

import argparse
import signal
import time
from contextlib import suppress
from typing import Any

from bench import cluster
from tests.realnode.desk import Desk, condition
from tests.realnode.siege import Siege
from tests.realnode.specs import artifacts

NAMESPACE = "fused-chain"
JSON = dict[str, Any]
LITTLE = {"requests": {"cpu": "100m", "memory": "512Mi"}, "limits": {"memory": "3Gi"}}
TWO = {"multiWorkerMirrored": {"workers": 2}}
RATE = {"adam": {"learningRate": 0.004}}
TUNED = {"fineTune": {"epochs": 30}}
WAYS: dict[str, list[JSON]] = {
    "average": [{"weightedAverage": {}, **TUNED}],
    "vote": [{"vote": {}, **TUNED}],
    "stack": [{"stack": {"layers": [16], "rows": "training", "epochs": 6}, **TUNED}],
    "adversarial": [{"adversarial": {"epochs": 8, "judge": [16]}}, {"vote": {}, **TUNED}],
}
"""What is fused how; the last stage is the one that is struck."""


def main() -> None:
    """Run the jobs one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    words = parser.parse_args()
    desk = cluster.desk(NAMESPACE)
    for way in words.only.split(",") if words.only else WAYS:
        run(desk, way)
    desk.bed.kubectl("delete", "namespace", NAMESPACE, "--wait=false")


def spec(desk: Desk, ways: list[JSON]) -> JSON:
    """Return a job."""
    tuning = {"strategy": TWO, "optimizer": RATE, "batchSize": 512}
    fused = [
        {"name": "fuse" if k == len(ways) - 1 else f"fuse{k}", "fuse": {**way, "tuning": tuning}}
        for k, way in enumerate(ways)
    ]
    train = {
        "model": {"recommendation": {"lstm": {"embedding": 16, "units": 16}}},
        "members": 3,
        "parallelism": 1,
        "strategy": TWO,
        "optimizer": RATE,
        "epochs": 4,
        "batchSize": 512,
    }
    source = {"clickModel": {"rows": 30_000, "users": 200, "items": 100}}
    columns = [{"name": "user", "id": {}}, {"name": "item", "id": {}}]
    data = {"source": source, "tasks": [{"binary": {"label": "clicked"}}], "columns": columns}
    small = {"candidates": [{"techniques": [{"quantize": {"mode": "int8"}}]}]}
    return {
        "artifacts": artifacts(desk.bed),
        "defaults": {"resources": LITTLE},
        "reuse": False,
        "stages": [
            {"name": "data", "prepare": data},
            {"name": "train", "train": train},
            *fused,
            {"name": "compress", "compress": small},
            {"name": "evaluate", "evaluate": {"baseline": "linear"}},
        ],
    }


def run(desk: Desk, way: str) -> None:
    """Run one, strike a worker of its last fusion, and print what came of it."""
    begun = time.monotonic()
    desk.apply(way, spec(desk, WAYS[way]))
    siege = Siege(desk, way, stage="fuse")
    struck = desk.until(f"a step of {way}", lambda: _strike(siege), 1200)
    status = desk.ended(way, 1800)
    ended = condition(status, "Complete").get("status") == "True"
    told = "complete" if ended else "FAILED"
    gangs = [gang for stage in status["stages"] for gang in stage["gangs"]]
    named = [*status["artifacts"], *(gang["manifest"] for gang in gangs)]
    for artifact in named:
        desk.verify(artifact)
    print(f"{way}: {told} in {time.monotonic() - begun:.0f} s; {struck} killed", end="; ")
    print(f"{siege.gang()['restarts']}; {len(named)} artifacts as their digests say")
    for stage in status["stages"]:
        figures = {m["name"]: m["value"] for m in stage.get("metrics", ())[:6]}
        print(
            f"  {stage['name']:10} {stage.get('message', '')[:150]}\n{'':13}{figures}", flush=True
        )


def _strike(siege: Siege) -> str:
    """Kill a worker once it trains; empty before."""
    gang = siege.gang()
    if gang.get("state") == "Succeeded":
        return "too fast: nobody was"
    if not str(gang.get("message", "")).startswith("epoch"):
        return ""
    with suppress(IndexError, ProcessLookupError):
        return siege.strike("worker", 1, signal.SIGKILL)
    return ""


if __name__ == "__main__":
    main()
