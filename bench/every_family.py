"""Every model of every domain in the real cluster, small: trained, fused, compressed, evaluated.

    python -m bench.every_family [--only recommendation,ads]

A job for each domain, a stage for each of its models on the same rows, which are then fused. What
each is worth on the validation part, and the fused one on the test part, is printed.
"""

import argparse
import csv
import random
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import cluster
from lab.testbed import Testbed
from tests.realnode.desk import Desk, condition
from tests.realnode.specs import artifacts
from tests.trainer import encoders

NAMESPACE = "every-family"
JSON = dict[str, Any]
LITTLE = {"requests": {"cpu": "100m", "memory": "512Mi"}, "limits": {"memory": "3Gi"}}


def domains(encoder: str, log: str) -> dict[str, tuple[JSON, dict[str, JSON]]]:
    """Return name -> what is prepared, and the models that are trained on it."""
    history = {"of": "item", "by": "user", "along": "step", "length": 9}
    text: JSON = {"words": {"length": 16}, "characters": {"length": 64, "buckets": 2048}}
    pieces = {"uri": encoder, "length": 12}
    by_user = {"by": {"leaveOneOut": {"by": "user", "along": "step"}}}
    visits = [
        {"name": "user", "key": {}},
        {"name": "step", "number": {}},
        {"name": "before", "sequence": history},
    ]
    return {
        "recommendation": (
            {
                "source": {"sessionModel": {"users": 1500}},
                "tasks": [{"nextItem": {"label": "item"}}],
                "columns": visits,
                "split": by_user,
            },
            {
                "lstm": {"recommendation": {"lstm": {"embedding": 32}}},
                "gru": {"recommendation": {"gru": {"embedding": 32}}},
                "transformer": {"recommendation": {"transformer": {"embedding": 32}}},
                "two-tower": {"recommendation": {"twoTower": {"embedding": 32}}},
                "behaviour": {"recommendation": {"behaviour": {"layers": [64]}}},
            },
        ),
        "search": (
            {
                "source": {"searchModel": {"searches": 2500}},
                "tasks": [{"ranking": {"label": "relevance", "group": "search", "item": "item"}}],
                "columns": [
                    {"name": "search", "key": {}},
                    {"name": "words", "text": {"words": {"length": 4}, "pieces": pieces}},
                    {"name": "item", "id": {}},
                    {
                        "name": "title",
                        "text": {"like": "words", "words": {"length": 4}, "pieces": pieces},
                    },
                    {"name": "price", "number": {"normalize": {"log": {}}}},
                ],
                "split": {"by": {"group": {"column": "search"}}},
            },
            {
                "matching": {"search": {"matching": {"query": ["words"]}}},
                "encoded": {
                    "search": {
                        "matching": {
                            "query": ["words"],
                            "encoder": {"uri": encoder, "train": "last", "last": 1},
                        }
                    }
                },
            },
        ),
        "service": (
            {
                "source": {"questionModel": {"rows": 6000}},
                "tasks": [{"classes": {"label": "intent"}}],
                "columns": [{"name": "text", "text": {**text, "pieces": pieces}}],
                "split": {"by": {"stratified": {}}},
            },
            {
                "text-cnn": {"service": {"textCnn": {}}},
                "bi-lstm": {"service": {"biLstm": {}}},
                "transformer": {"service": {"transformer": {}}},
                "encoder": {"service": {"encoder": {"uri": encoder}}},
            },
        ),
        "ads": (
            {
                "source": {"csv": {"uri": log}},
                "tasks": [{"binary": {"label": "clicked"}}],
                "columns": [
                    {"name": "user", "id": {}},
                    {"name": "item", "id": {}},
                    {"name": "step", "number": {}},
                    {"name": "before", "sequence": history},
                ],
            },
            {
                "dcn": {"ads": {"dcn": {}}},
                "deep-fm": {"ads": {"deepFm": {}}},
                "final-mlp": {"ads": {"finalMlp": {}}},
                "din": {"ads": {"din": {}}},
            },
        ),
    }


def spec(bed: Testbed, data: JSON, models: dict[str, JSON]) -> JSON:
    """Return a job."""
    train = {"epochs": 3, "optimizer": {"adam": {"learningRate": 0.004}}}
    named = [{"stage": name} for name in models]
    stages: list[JSON] = [
        {"name": "data", "prepare": data},
        *({"name": name, "train": {"model": model, **train}} for name, model in models.items()),
        {"name": "fuse", "fuse": {"weightedAverage": {}, "members": named}},
        {
            "name": "compress",
            "compress": {"candidates": [{"techniques": [{"quantize": {"mode": "int8"}}]}]},
        },
        {"name": "evaluate", "evaluate": {"baseline": "linear"}},
    ]
    return {
        "artifacts": artifacts(bed),
        "defaults": {"resources": LITTLE},
        "reuse": False,
        "stages": stages,
    }


def main() -> None:
    """Run the jobs one after the other and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    words = parser.parse_args()
    desk = cluster.desk(NAMESPACE)
    with tempfile.TemporaryDirectory() as folder:
        files = encoders.write(Path(folder) / "encoder")
        for file in sorted(files.iterdir()):
            uri = desk.bed.store.put(file, "models", f"encoders/tiny/{file.name}")
        seen = desk.bed.store.put(_log(Path(folder) / "log.csv"), "raw", "seen.csv")
        every = domains(uri.rpartition("/")[0], seen)
    for name in words.only.split(",") if words.only else every:
        _run(desk, name, spec(desk.bed, *every[name]))
    desk.bed.kubectl("delete", "namespace", NAMESPACE, "--wait=false")


def _log(file: Path) -> Path:
    """Write who was shown what: clicked is what is of the kind of the item before, most often."""
    draw = random.Random(4)
    with file.open("w", newline="") as opened:
        rows = csv.writer(opened)
        rows.writerow(("user", "item", "step", "clicked"))
        for user in range(300):
            last = 0
            for step in range(20):
                item = draw.randrange(60)
                likely = 0.8 if item % 6 == last % 6 else 0.1
                rows.writerow((f"u{user}", f"i{item}", step, int(draw.random() < likely)))
                last = item
    return file


def _run(desk: Desk, name: str, job: JSON) -> None:
    begun = time.monotonic()
    desk.apply(name, job)
    status = desk.ended(name, 1800)
    ended = condition(status, "Complete").get("status") == "True"
    print(f"{name}: {'complete' if ended else 'FAILED'} in {time.monotonic() - begun:.0f} s")
    for stage in status["stages"]:
        figures = {m["name"]: m["value"] for m in stage.get("metrics", ())}
        print(f"  {stage['name']:12} {figures or stage.get('message', '')}", flush=True)


if __name__ == "__main__":
    main()
