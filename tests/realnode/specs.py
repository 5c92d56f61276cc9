"""Small jobs for the real cluster."""

from typing import Any

from lab.testbed import Testbed

JSON = dict[str, Any]
COLUMNS = [{"name": "user", "id": {}}, {"name": "item", "id": {}}, {"name": "clicked", "label": {}}]


def artifacts(bed: Testbed, uri: str = "s3://models/tests", secret: str = "s3") -> JSON:
    """The box's store."""
    return {"uri": uri, "endpoint": bed.store.endpoint, "credentials": {"secretName": secret}}


def prepare(source: JSON, **more: Any) -> JSON:
    """A prepare stage."""
    return {"name": "data", "prepare": {"source": source, "columns": COLUMNS, **more}}


def small(rows: int = 2000) -> JSON:
    """A data set that is made in a moment."""
    return {"clickModel": {"rows": rows, "users": 50, "items": 40}}


def lstm(epochs: int, batch: int, rate: float) -> JSON:
    """A train stage of two members on two workers each."""
    return {
        "name": "train",
        "train": {
            "model": {"recommendation": {"lstm": {}}},
            "members": 2,
            "strategy": {"multiWorkerMirrored": {"workers": 2}},
            "optimizer": {"adam": {"learningRate": rate}},
            "epochs": epochs,
            "batchSize": batch,
        },
    }
