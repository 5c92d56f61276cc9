"""A right spec of all kinds of stages, which cases change in one place."""

from typing import Any

RIGHT: dict[str, Any] = {
    "artifacts": {"uri": "s3://models/shop"},
    "stages": [
        {
            "name": "data",
            "prepare": {
                "source": {"csv": {"uri": "s3://raw/clicks.csv"}},
                "tasks": [{"binary": {"label": "clicked"}}],
                "columns": [
                    {"name": "user", "id": {}},
                    {"name": "item", "id": {}},
                ],
                "clean": [{"missing": {"fill": "median"}}, {"duplicates": {}}],
                "split": {"validation": 0.1, "test": 0.1},
            },
        },
        {
            "name": "train",
            "train": {
                "model": {"recommendation": {"lstm": {"embedding": 64, "units": 64}}},
                "members": 2,
                "strategy": {"multiWorkerMirrored": {"workers": 2}},
                "batchSize": 32,
            },
        },
        {"name": "fuse", "fuse": {"weightedAverage": {}}},
        {
            "name": "compress",
            "compress": {"candidates": [{"techniques": [{"quantize": {"mode": "int8"}}]}]},
        },
        {"name": "evaluate", "evaluate": {"require": [{"metric": "accuracy", "atLeast": 0.8}]}},
        {
            "name": "own",
            "image": "shop/trainer:1",
            "custom": {
                "command": ["python", "train.py"],
                "roles": [{"name": "ps"}, {"name": "worker", "replicas": 2}, {"name": "chief"}],
            },
        },
    ],
}
