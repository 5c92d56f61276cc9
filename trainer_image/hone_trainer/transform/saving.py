"""A transform as files: ``transform.json``, and the arrays in ``tables.arrow``."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
from pydantic import TypeAdapter

from hone_trainer.clean import AnyCleaning
from hone_trainer.columns import Column
from hone_trainer.contract.assignment import StageFailure, Store
from hone_trainer.dataset.dataset import TABLES, TRANSFORM
from hone_trainer.dataset.schema import Target
from hone_trainer.rows import tables
from hone_trainer.store.artifact_store import open_store
from hone_trainer.store.manifest import parse
from hone_trainer.tasks import AnyTask
from hone_trainer.transform.transform import Step, Transform

VERSION = 2
TEXTS = ("known", "keys", "tokenizer")
LISTS = (*TEXTS, "counts", "quantiles", "bounds")
"""What is a list of no bounded length, or of long texts: kept as a table."""
_COLUMNS = TypeAdapter(tuple[Column, ...])


def save(transform: Transform) -> dict[str, bytes]:
    """Return the files: name -> content; nothing in them was learned from held-out rows."""
    found: dict[str, Any] = {}
    document = {
        "version": VERSION,
        "columns": [column.dump() for column in transform.columns],
        "learned": {name: _listed(values) for name, values in transform.learned.items()},
        "steps": [
            {"step": each.step.dump(), "learned": each.step.value.save(each.learned)}
            for each in transform.steps
        ],
        "targets": [
            {"name": each.name, "task": each.task.dump(), "learned": _listed(each.learned)}
            for each in transform.targets
        ],
        "rows": transform.rows,
        "absent": dict(transform.absent),
        "examples": list(transform.examples),
    }
    text = json.dumps(tables.take_apart(document, found), ensure_ascii=False, indent=1)
    return {TRANSFORM: text.encode(), TABLES: tables.pack(found)}


def restore(document: bytes, arrays: bytes) -> Transform:
    """Return the transform of such files.

    Raises:
        StageFailure: another version wrote them (TransformUnknown).
    """
    saved = json.loads(document)
    if saved["version"] != VERSION:
        message = f"{TRANSFORM} is of version {saved['version']}, and this one reads {VERSION}"
        raise StageFailure("TransformUnknown", f"{message}: prepare the rows again")
    saved = tables.put_together(saved, tables.unpack(arrays))
    steps = tuple(
        Step(step, step.value.restore(each["learned"]))
        for each in saved["steps"]
        for step in (AnyCleaning.model_validate(each["step"]),)
    )
    targets = tuple(
        Target(
            name=each["name"],
            task=AnyTask.model_validate(each["task"]),
            learned=_unlisted(each["learned"]),
        )
        for each in saved["targets"]
    )
    return Transform(
        _COLUMNS.validate_python(saved["columns"]),
        {name: _unlisted(values) for name, values in saved["learned"].items()},
        targets,
        saved["rows"],
        steps=steps,
        absent=saved["absent"],
        examples=tuple(saved["examples"]),
    )


def load(uri: str, endpoint: str | None = None, region: str | None = None) -> Transform:
    """Read what a prepare stage committed.

    Args:
        uri: its manifest, beside which its files lie: a path, or an object of a bucket.
        endpoint: an S3 server that is not the cloud's own.
        region: the server's, or the cloud's.
    """
    folder, _, name = uri.rpartition("/")
    store = open_store(Store(uri=folder or ".", endpoint=endpoint, region=region))
    manifest = parse(store.get(name), uri)
    document, arrays = (
        store.fetch(file.model_copy(update={"uri": store.uri(file.name)}))
        for file in (manifest.file(TRANSFORM), manifest.file(TABLES))
    )
    return restore(document, arrays)


def _listed(learned: dict[str, Any]) -> dict[str, Any]:
    """Return what was learned with its long lists as Arrow arrays, those inside it too."""
    return {
        name: pa.array(value, pa.large_string() if name in TEXTS else pa.float64())
        if name in LISTS and value is not None
        else value
        for name, value in learned.items()
    }


def _unlisted(learned: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.to_pylist() if isinstance(value, pa.Array) else value
        for name, value in learned.items()
    }
