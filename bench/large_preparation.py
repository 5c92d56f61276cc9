"""Fifty million rows through pods of 2 GiB, on a real cluster: alone, killed half-way, by two.

    python -m bench.large_preparation [--rows 50000000] [--workers 1 2]

Makes a CSV of several GB on the spot, prepares it with SIGKILL for the pod that leads once half of
the pieces are read, then once for each number of pods, and prints what each took, the most memory a
pod had, and whether the outputs are the same bytes.
"""

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import cluster, interactions
from hone_trainer.store.manifest import parse
from lab.testbed import Testbed
from tests.realnode.desk import Desk, condition, processes
from tests.realnode.siege import Siege
from tests.realnode.specs import artifacts

NAMESPACE = "large-preparation"
LIMIT = "2Gi"
CLEAN: list[dict[str, Any]] = [
    {"duplicates": {}},
    {"missing": {"fill": "median"}},
    {"outliers": {"deviation": {"factor": 6}, "columns": ["dwell"]}},
]


def spec(bed: Testbed, uri: str, workers: int) -> dict[str, Any]:
    """Return the job; each pod gets one core, so that two have more than one has."""
    words = {"source": {"csv": {"uri": uri}}, "columns": interactions.WIDE, "clean": CLEAN}
    resources = {
        "requests": {"cpu": "100m", "memory": "256Mi"},
        "limits": {"cpu": "1", "memory": LIMIT},
    }
    stage = {"name": "data", "resources": resources, "prepare": {**words, "workers": workers}}
    return {"artifacts": artifacts(bed), "stages": [stage], "reuse": False}


def run(desk: Desk, name: str, job: dict[str, Any], kill: bool) -> dict[str, str]:
    """Run one job and print what happened; give name -> digest of its files."""
    begun = time.monotonic()

    def say(words: str) -> None:
        print(f"{name:8} {time.monotonic() - begun:6.0f} s  {words}", flush=True)

    desk.apply(name, job)
    siege, most, told, killed = Siege(desk, name, stage="data"), 0.0, "", not kill
    while not (status := desk.status(name)).get("finishedAt"):
        most = max(most, _memory(siege))
        gang = siege.gang()
        percent, rest = gang.get("progressPercentage"), gang.get("estimatedRemainingSeconds")
        now = f"{percent} % {gang.get('message', '')} (rest: {rest} s)"
        if now.partition(":")[0] != told.partition(":")[0] or percent != told.partition(" ")[0]:
            say(now)
        told = now
        if not killed and _pieces(siege) >= _half(desk, job):
            say(f"{_pieces(siege)} pieces are read: killing {_kill(siege)}")
            killed = True
        time.sleep(2)
    ended = condition(status, "Complete") or condition(status, "Failed")
    say(f"{ended.get('reason')}: {ended.get('message')}; restarts {status.get('restarts')}")
    say(f"most memory of a pod: {most:.2f} GiB of {LIMIT}")
    manifest = status["stages"][0]["gangs"][0]["manifest"]
    made = parse(desk.fetch(manifest["uri"]), manifest["uri"])
    say(made.message)
    # The page's title names the job.
    return {f.name: f.sha256 for f in made.files if f.format != "html"}


def main() -> None:
    """Make the rows, prepare them, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000_000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    words = parser.parse_args()
    desk = cluster.desk(NAMESPACE)
    bed = desk.bed
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder, "interactions.csv")
        interactions.write(raw, words.rows, wide=True)
        print(f"{words.rows} rows, {raw.stat().st_size / 1e9:.2f} GB", flush=True)
        uri = bed.store.put(raw, "raw", "large/interactions.csv")
    made = [run(desk, "killed", spec(bed, uri, words.workers[0]), kill=True)]
    made += [run(desk, f"pods-{n}", spec(bed, uri, n), kill=False) for n in words.workers]
    same = all(files == made[0] for files in made)
    print(f"same files, same bytes: {same}")
    bed.kubectl("delete", "namespace", NAMESPACE, "--wait=false")
    sys.exit(0 if same else 1)


def _half(desk: Desk, job: dict[str, Any]) -> int:
    from hone_trainer.sources.source import PIECE_BYTES

    uri = job["stages"][0]["prepare"]["source"]["csv"]["uri"].removeprefix("s3://")
    return int((desk.bed.store.folder / uri).stat().st_size / PIECE_BYTES / 2)


def _pieces(siege: Siege) -> int:
    return len(list((siege.folder / "scratch").glob("*/read/*.json")))


def _kill(siege: Siege) -> str:
    return siege.strike("", 0, signal.SIGKILL)


def _memory(siege: Siege) -> float:
    """Return the most GiB that a pod of the stage has now, file cache left out."""
    used = [0]
    for pod in siege.pods():
        for process in processes(pod["metadata"]["uid"], b"hone_trainer"):
            try:
                text = Path(f"/proc/{process.pid}/status").read_text()
            except OSError:
                continue
            used.append(int(text.partition("RssAnon:")[2].split()[0] if "RssAnon" in text else 0))
    return max(used) / (1 << 20)


if __name__ == "__main__":
    main()
