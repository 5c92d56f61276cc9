"""Small jobs for the real cluster."""

from typing import Any

from lab.testbed import Testbed

JSON = dict[str, Any]
COLUMNS = [{"name": "user", "id": {}}, {"name": "item", "id": {}}]
TASKS = [{"binary": {"label": "clicked"}}]


def artifacts(bed: Testbed, uri: str = "s3://models/tests", secret: str = "s3") -> JSON:
    """The box's store."""
    return {"uri": uri, "endpoint": bed.store.endpoint, "credentials": {"secretName": secret}}


def prepare(source: JSON, **more: Any) -> JSON:
    """A prepare stage."""
    return {
        "name": "data",
        "prepare": {"source": source, "columns": COLUMNS, "tasks": TASKS, **more},
    }


def small(rows: int = 2000) -> JSON:
    """A data set that is made in a moment."""
    return {"clickModel": {"rows": rows, "users": 50, "items": 40}}


def siege_job(bed: Testbed, how: JSON | None = None, **train: Any) -> JSON:
    """A job of a small model on 2400 rows, whose pods ask for little and do all their work.

    Args:
        bed: whose store is used.
        how: where and how the pods of the training run.
        train: its words.
    """
    little = {"resources": {"requests": {"cpu": "100m"}}}
    words = {"model": {"recommendation": {"lstm": {"embedding": 8, "units": 8}}}, **train}
    stages = [prepare(small(3000)) | little, {"name": "train", **little, **(how or {})}]
    stages[1]["train"] = words | {"optimizer": {"adam": {"learningRate": 0.02}}}
    return {"artifacts": artifacts(bed), "stages": stages, "reuse": False}
