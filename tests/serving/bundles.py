"""Bundles of small jobs, made as a job makes them: each once for all tests of a run."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from lab import locks
from tests.trainer.conftest import Bench

TRAIN: dict[str, Any] = {"epochs": 1, "batchSize": 256}
JOBS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "clicks": (
        {
            "source": {"clickModel": {"rows": 2000, "users": 60, "items": 40}},
            "tasks": [{"binary": {"label": "clicked"}}],
            "columns": [
                {"name": "user", "id": {}},
                {"name": "item", "id": {}},
                {"name": "price", "number": {"normalize": {"zScore": {}}}},
            ],
        },
        {"model": {"generic": {"dense": {}}}, **TRAIN},
    ),
    "orders": (
        {
            "source": {"clickModel": {"rows": 1000, "users": 60, "items": 40}},
            "tasks": [{"binary": {"label": "clicked"}}, {"number": {"label": "spent"}}],
            "columns": [{"name": "user", "id": {}}, {"name": "item", "id": {}}],
        },
        {"model": {"generic": {"linear": {}}}, **TRAIN},
    ),
    "visits": (
        {
            "source": {"sessionModel": {"users": 200, "length": 6, "items": 30}},
            "tasks": [{"nextItem": {"label": "item"}}],
            "columns": [
                {"name": "user", "key": {}},
                {"name": "step", "number": {}},
                {
                    "name": "before",
                    "sequence": {"of": "item", "by": "user", "along": "step", "length": 5},
                },
            ],
            "split": {"by": {"leaveOneOut": {"by": "user", "along": "step"}}},
        },
        {"model": {"recommendation": {"lstm": {"embedding": 8, "units": 8}}}, **TRAIN},
    ),
    "searches": (
        {
            "source": {"searchModel": {"searches": 100, "items": 72}},
            "tasks": [{"ranking": {"label": "relevance", "group": "search"}}],
            "columns": [
                {"name": "search", "key": {}},
                {"name": "words", "text": {"words": {"length": 4}, "characters": {"length": 12}}},
                {"name": "item", "id": {}},
                {
                    "name": "title",
                    "text": {"like": "words", "words": {"length": 3}, "characters": {"length": 8}},
                },
            ],
            "split": {"by": {"group": {"column": "search"}}},
        },
        {"model": {"search": {"matching": {"query": ["words"]}}}, "epochs": 1, "batchSize": 16},
    ),
}
"""Name -> the stages ``prepare`` and ``train``."""
NO_GRAPH = ("searches",)
"""Jobs whose rows TensorFlow alone cannot read: theirs are texts."""

BY_VECTORS = ("visits",)
"""Those whose items have vectors."""


@cache
def made(name: str) -> Path:
    """Return the folder of a bundle."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(gettempdir()) / f"hone-bundles-{run}" / name
    with locks.held(folder.with_suffix(".lock"), f"the bundle {name}"):
        found = folder / "bundle"
        if not found.exists():
            found.symlink_to(_make(name, folder))
    return found.resolve()


def _make(name: str, folder: Path) -> Path:
    prepare, train = JOBS[name]
    bench = Bench(folder)
    bench("data", {"prepare": prepare})
    bench("train", {"train": train})
    formats = ["onnx"] if name in NO_GRAPH else ["savedModel", "onnx"]
    formats += ["vectors"] if name in BY_VECTORS else []
    report = bench("evaluate", {"evaluate": {"formats": formats}})
    (description,) = (each for each in report.artifacts if each.name.endswith("bundle.json"))
    return Path(description.uri).parent
