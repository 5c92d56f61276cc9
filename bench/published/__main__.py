"""The job files of this folder on the public sets they are for, a run for each seed.

    python -m bench.published FOLDER [--only toys-gru,banking] [--seeds 0,1,2] [--work DIR]

``FOLDER`` holds the sets as they are published, each in a folder of its own; see ``conversions``.
A run looks at the test part, but for a ``--blind`` one: change a job by its validation figures.
"""

import argparse
import json
import statistics
import subprocess
import time
from pathlib import Path
from typing import Any

import yaml

from bench.published.conversions import converted

HERE = Path(__file__).parent
JOBS = sorted(path.stem for path in HERE.glob("*.yaml"))


def main() -> None:
    """Convert the sets, run the jobs, and print the figures of each and their mean."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default=",".join(JOBS))
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--blind", action="store_true", help="leave the test part alone")
    parser.add_argument("--work", type=Path, default=Path(".hone/published"))
    words = parser.parse_args()
    words.work.mkdir(parents=True, exist_ok=True)
    for name in words.only.split(","):
        told = [
            run(name, int(seed), words.folder, words.work, words.blind)
            for seed in words.seeds.split(",")
        ]
        for figure in told[0]:
            values = [each[figure] for each in told if figure in each]
            few = f"{statistics.mean(values):.4f}  {', '.join(f'{each:.4f}' for each in values)}"
            print(f"{name:18} {figure:28} {few}", flush=True)


def run(name: str, seed: int, folder: Path, work: Path, blind: bool) -> dict[str, float]:
    """Return the figures of one run by their names; its seconds beside them."""
    job = written(name, seed, folder, work, blind)
    began = time.monotonic()
    if subprocess.run(["hone", "run", str(job), "--state", str(work / "state")]).returncode:
        raise SystemExit(f"{name} with seed {seed} did not end well")
    record = json.loads((work / "state" / "default" / job.stem / "job.json").read_text())
    took = {"seconds": time.monotonic() - began}
    return _figures(record["status"]["stages"]) | _fused(work / "state", record) | took


def written(name: str, seed: int, folder: Path, work: Path, blind: bool) -> Path:
    """Write the job of a run and the set that it reads; return the job's file."""
    told = yaml.safe_load((HERE / f"{name}.yaml").read_text().replace("$seed", str(seed)))
    stages = told["spec"]["stages"]
    source = stages[0]["prepare"]["source"]
    if "csv" in source:
        converted(Path(source["csv"]["uri"]).stem, folder, work)
    if blind:
        told["spec"]["stages"] = [stage for stage in stages if "evaluate" not in stage]
    job = work / f"{name}-{seed}.yaml"
    job.write_text(yaml.safe_dump(told))
    return job


def _figures(stages: list[dict[str, Any]]) -> dict[str, float]:
    return {
        f"{stage['name']} {metric['name']}": float(metric["value"])
        for stage in stages
        for metric in stage.get("metrics", ())
        if stage["name"] != "data"
    }


def _fused(state: Path, record: dict[str, Any]) -> dict[str, float]:
    """Return the figures of members and fusions, of a job that fuses and evaluates."""
    told = record["metadata"]
    folder = state / "artifacts" / "default" / told["name"] / told["uid"]
    found = {}
    for path in folder.glob("*/0/0/evaluation.json"):
        for model in (json.loads(path.read_text())["fused"] or {}).get("models", ()):
            figures = {name: each["value"] for name, each in model["figures"].items()}
            for name, value in (figures | _costs(model)).items():
                if value is not None:
                    found[f"{model['name']} {name}"] = float(value)
    return found


def _costs(model: dict[str, Any]) -> dict[str, Any]:
    peak = model["peak_bytes"] / (1 << 20)
    return {"models": model["models"], "seconds": model["seconds"], "MiB": peak}


if __name__ == "__main__":
    main()
