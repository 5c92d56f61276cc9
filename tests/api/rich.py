"""Right jobs that say much: whatever a person may get wrong stands in one of them."""

from typing import Any

COLUMNS: list[dict[str, Any]] = [
    {"name": "user", "id": {"minCount": 2, "maxSize": 1000}},
    {"name": "item", "id": {"buckets": 100}},
    {"name": "tags", "id": {"length": 8, "separator": "|"}},
    {"name": "price", "number": {"normalize": {"robust": {}}}},
    {"name": "age", "number": {"buckets": {"count": 8}}},
    {"name": "title", "text": {"words": {"length": 8}, "characters": {"ngram": 3, "length": 8}}},
    {"name": "when", "time": {"fields": ["hour", "weekday"]}},
    {"name": "before", "sequence": {"of": "item", "by": "user", "along": "when", "length": 8}},
    {"name": "row", "key": {}},
]
CLEAN: list[dict[str, Any]] = [
    {
        "rules": {
            "hold": [
                {"range": {"column": "price", "atLeast": 0, "atMost": 1e6}},
                {"order": {"column": "price", "notBelow": "age"}},
                {"allowed": {"column": "title", "values": ["a", "b"]}},
                {"pattern": {"column": "title", "matches": "^[a-z]+$"}},
                {"reference": {"column": "item", "uri": "s3://raw/items.csv", "key": "id"}},
            ]
        }
    },
    {"duplicates": {}},
    {"outliers": {"iqr": {"factor": 3}, "columns": ["price"], "action": "blank"}},
    {"missing": {"constant": 1.5, "columns": ["price"]}},
    {"missing": {"fill": "median"}},
]
TASKS: list[dict[str, Any]] = [
    {"binary": {"label": "clicked", "weight": "worth", "group": "user", "name": "click"}},
    {"classes": {"label": "intent", "where": "clicked", "share": 0.3, "smoothing": 0.1}},
    {"number": {"label": "spent", "where": "clicked", "error": "huber", "log": True}},
    {"nextItem": {"label": "after", "where": "clicked", "minCount": 2, "negatives": 64}},
]
PREPARE: dict[str, Any] = {
    "source": {"csv": {"uri": "s3://raw/clicks/*.csv.gz", "delimiter": ";"}},
    "tasks": TASKS,
    "columns": COLUMNS,
    "clean": CLEAN,
    "split": {"validation": 0.1, "test": 0.2, "by": {"time": {"column": "when"}}},
    "augment": [
        {"negatives": {"of": "item", "by": "user", "per": 2}},
        {"noise": {"column": "title", "share": 0.1}},
        {"synonyms": {"column": "title", "groups": [["red", "crimson"]]}},
    ],
    "divide": {"group": {"column": "user"}},
    "unreadable": "quarantine",
    "workers": 2,
}
TRAIN: dict[str, Any] = {
    "model": {"recommendation": {"lstm": {"embedding": 8, "units": 8}}},
    "members": 2,
    "parallelism": 1,
    "strategy": {"multiWorkerMirrored": {"workers": 2}},
    "optimizer": {"adam": {"learningRate": 0.001}},
    "epochs": 3,
    "patience": 2,
    "schedule": "cosine",
    "batchSize": 64,
    "checkpoint": {"everySeconds": 30, "keep": 1},
    "divergence": {"rollbacks": 1, "rateFactor": 0.5},
    "keep": "best",
    "xla": True,
}
PODS: dict[str, Any] = {
    "image": "shop/train:1",
    "imagePullSecrets": ["pull"],
    "resources": {
        "limits": {"memory": "4Gi", "cpu": 2, "nvidia.com/gpu": "1"},
        "requests": {"cpu": "500m"},
    },
    "env": [
        {"name": "PLAIN", "value": "x"},
        {"name": "HIDDEN", "secretKey": {"name": "s", "key": "k"}},
    ],
    "volumes": [
        {"name": "data", "mountPath": "/data", "persistentVolumeClaim": {"claimName": "data"}},
        {
            "name": "shm",
            "mountPath": "/dev/shm",
            "emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"},
        },
    ],
    "nodeSelector": {"pool": "gpu", "shop.example/gen": "3e8"},
    "tolerations": [{"key": "gpu", "operator": "Equal", "value": "yes", "effect": "NoSchedule"}],
    "serviceAccountName": "trainer",
    "priorityClassName": "low",
    "runtimeClassName": "nvidia",
    "runAsUser": 1000,
    "writableRoot": True,
}
LIMITS: dict[str, Any] = {
    "retries": 2,
    "activeDeadlineSeconds": 3600,
    "startDeadlineSeconds": 60,
    "memoryGrowth": {"factor": 1.5, "upTo": "8Gi"},
}
JUDGE: dict[str, Any] = {
    "require": [
        {"metric": "auc", "atLeast": 0.7},
        {"metric": "ndcg@5", "task": "after", "atLeast": 0.1},
        {"metric": "sizeBytes", "atMost": 1e6},
    ],
    "baseline": "linear",
    "by": ["user"],
}
STAGES: list[dict[str, Any]] = [
    {"name": "data", "prepare": PREPARE},
    {"name": "train", "train": TRAIN, "roles": [{"role": "worker", "runAsUser": 7}]},
    {"name": "fuse", "fuse": {"weightedAverage": {}}},
    {
        "name": "small",
        "compress": {
            "budget": {"metric": "auc", "maxDrop": 0.01},
            "candidates": [{"techniques": [{"prune": {"sparsity": 0.5}}, {"quantize": {}}]}],
            "prefer": "latency",
        },
    },
    {"name": "judge", "evaluate": JUDGE},
    {
        "name": "own",
        **PODS,
        **LIMITS,
        "custom": {
            "command": ["python", "train.py"],
            "args": ["--fast"],
            "roles": [
                {"name": "chief", "command": ["lead"]},
                {"name": "worker", "replicas": 2, "args": ["-v"], "replaceable": True},
            ],
            "restart": "exitCode",
            "port": 4000,
        },
    },
]
SPEC: dict[str, Any] = {
    "artifacts": {
        "uri": "s3://models/shop",
        "endpoint": "http://minio:9000",
        "region": "eu",
        "credentials": {"secretName": "keys"},
    },
    "defaults": {"image": "shop/other:2", "retries": 1},
    "stages": STAGES,
    "seed": 5,
    "suspend": False,
    "ttlSecondsAfterFinished": 60,
}
METADATA: dict[str, Any] = {
    "name": "demo",
    "namespace": "default",
    "labels": {"team": "shop", "shop.example/tier": "gold"},
    "annotations": {"Shop.Example/note": "of any kind\nüß", "ticket": "123"},
}
RICH: dict[str, Any] = {
    "apiVersion": "hone.dev/v1alpha1",
    "kind": "OptimizationJob",
    "metadata": METADATA,
    "spec": SPEC,
}
