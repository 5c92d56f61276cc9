"""Two shops that sell some of the same things: what one has learned, the other may start from."""

from pathlib import Path
from typing import Any

import numpy as np

from hone_trainer.contract.assignment import Source
from hone_trainer.store.manifest import Manifest
from tests.trainer.conftest import Bench

TRAIN: dict[str, Any] = {
    "model": {"recommendation": {"gru": {"embedding": 8, "units": 6, "dropout": 0}}},
    "optimizer": {"adam": {"learningRate": 0.02}},
    "epochs": 3,
    "batchSize": 32,
    "stepsPerExecution": 3,
    "keep": "last",
}
FIRST, SECOND = range(12), range(4, 16)
"""Items of each; eight are the same."""


def visits(items: range, users: int = 60, seed: int = 1) -> str:
    """Return a table of visits; mostly the next item follows."""
    draw, rows = np.random.default_rng(seed), ["user,item,step"]
    for user in range(users):
        at = int(draw.integers(len(items)))
        for step in range(7):
            rows.append(f"u{user},i{items[at]},{step}")
            at = (at + 1 if draw.random() < 0.9 else int(draw.integers(len(items)))) % len(items)
    return "\n".join(rows) + "\n"


def prepare(uri: Path) -> dict[str, Any]:
    columns = [
        {"name": "user", "key": {}},
        {"name": "step", "number": {}},
        {"name": "before", "sequence": {"of": "item", "by": "user", "along": "step", "length": 3}},
    ]
    split = {"by": {"leaveOneOut": {"by": "user", "along": "step"}}}
    tasks = [{"nextItem": {"label": "item"}}]
    source = {"csv": {"uri": str(uri)}}
    return {"prepare": {"source": source, "tasks": tasks, "columns": columns, "split": split}}


class Halves:
    """Both shops, prepared on one bench; the first has trained its model."""

    def __init__(self, folder: Path) -> None:
        self.bench = Bench(folder)
        self._runs = 0
        self._data: dict[str, Source] = {}
        for name, items in {"first": FIRST, "second": SECOND}.items():
            path = folder / f"{name}.csv"
            path.write_text(visits(items, seed=items.start))
            self.bench("data", prepare(path), job=name)
            self._data[name] = self.bench.sources.pop()
        self.trained = self.run("first", job="first", epochs=5, keep="best")

    def run(self, shop: str, job: str = "", attempt: int = 0, **words: Any) -> Manifest:
        """Train on one of the shops, in a job of its own where none is named."""
        self.open(shop)
        self._runs += 1
        job = job or f"run-{self._runs}"
        report = self.bench("train", {"train": TRAIN | words}, job=job, attempt=attempt)
        return self.bench.manifest(report)

    def open(self, shop: str) -> Bench:
        """Return the bench with the rows of a shop on it."""
        self.bench.sources[:] = [self._data[shop]]
        return self.bench

    @property
    def uri(self) -> str:
        """Where the model of the first shop is."""
        return f"{self.bench.store.root}/shop/first/1d5c/train/0/0"

    def start(self, **words: Any) -> dict[str, Any]:
        return {"startFrom": {"uri": self.uri, **words}}
