"""What an earlier model is worth: toys, half of the users first, then the other half.

    python -m bench.published.transfer FOLDER [--seeds 0,1,2] [--work DIR]

Prints, for each seed, the best validation figure of a fresh training on the second half, its epoch,
and the epoch in which a training that starts from the model of the first half reached it.
"""

import argparse
import csv
import json
import subprocess
from pathlib import Path
from typing import Any

import yaml

from bench.published.__main__ import HERE
from bench.published.conversions import toys

FIGURE = "ndcg@10"


def main() -> None:
    """Train on the first half, then twice on the second, and print both curves."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--work", type=Path, default=Path(".hone/published"))
    words = parser.parse_args()
    words.work.mkdir(parents=True, exist_ok=True)
    _halve(words.folder, words.work)
    for seed in map(int, words.seeds.split(",")):
        curve(words.work, f"first-{seed}", "toys-0.csv", seed, {})
        fresh = curve(words.work, f"fresh-{seed}", "toys-1.csv", seed, {})
        start = {"startFrom": {"uri": f"latest:first-{seed}"}}
        moved = curve(words.work, f"moved-{seed}", "toys-1.csv", seed, start)
        best = max(fresh)
        reached = next((k for k, value in enumerate(moved, 1) if value >= best), None)
        print(f"seed {seed}: fresh {best:.4f} in epoch {fresh.index(best) + 1}; ", end="")
        print(f"moved reaches it in epoch {reached}, and {max(moved):.4f} at best")
        for name, values in (("fresh", fresh), ("moved", moved)):
            print(f"  {name}: {' '.join(f'{value:.4f}' for value in values)}", flush=True)


def curve(work: Path, name: str, file: str, seed: int, words: dict[str, Any]) -> list[float]:
    """Run a job, whose test part nobody looks at; return its validation figure of each epoch."""
    job = yaml.safe_load((HERE / "toys-gru.yaml").read_text().replace("$seed", str(seed)))
    job["metadata"]["name"] = name
    data, train, _ = job["spec"]["stages"]
    data["prepare"]["source"] = {"csv": {"uri": file}}
    train["train"] |= words
    job["spec"]["stages"] = [data, train]
    path = work / f"{name}.yaml"
    path.write_text(yaml.safe_dump(job))
    line = ["hone", "run", str(path), "--state", str(work / "state")]
    subprocess.run(line, stdout=subprocess.DEVNULL, check=True)
    folder = work / "state" / "artifacts" / "default" / name
    manifests = sorted(folder.glob("*/train/0/*/manifest.json"), key=lambda at: at.stat().st_mtime)
    history = json.loads(manifests[-1].read_text())["facts"]["history"]
    if len(history) < 2:
        raise SystemExit(f"{name} has no curve")
    return [float(epoch[FIGURE]) for epoch in history]


def _halve(folder: Path, work: Path) -> None:
    header, *rows = toys(folder)
    for half in range(2):
        with (work / f"toys-{half}.csv").open("w", newline="") as file:
            wanted = (row for row in rows if int(str(next(iter(row)))[1:]) % 2 == half)
            csv.writer(file).writerows([header, *wanted])


if __name__ == "__main__":
    main()
