"""Ids that share the rows of a table by their hash."""

from typing import Any

import pytest

from hone_trainer.rows.tables import unpack
from hone_trainer.rows.tokens import FIRST_KNOWN


@pytest.mark.tensorflow
def test_a_hashed_column_needs_no_vocabulary_and_trains(run_stage: Any) -> None:
    columns = [
        {"name": "user", "id": {"buckets": 500}},
        {"name": "item", "id": {}},
    ]
    source = {"clickModel": {"rows": 2000, "users": 50, "items": 40}}
    tasks = [{"binary": {"label": "clicked"}}]
    run = {"source": source, "tasks": tasks, "columns": columns}
    report = run_stage("data", {"prepare": run})
    manifest = run_stage.manifest(report)
    fields = {field["name"]: field for field in manifest.facts["schema"]["fields"]}
    assert (fields["user"]["size"], fields["user"]["hashed"]) == (500 + FIRST_KNOWN, True)
    assert not fields["item"]["hashed"]
    tables = run_stage.store.fetch(manifest.file("tables.arrow"))
    assert len(unpack(tables)) == 3, "of item alone a vocabulary, and what the target learned"
    train = {"model": {"recommendation": {"lstm": {"embedding": 4, "units": 4}}}, "epochs": 1}
    run_stage("train", {"train": {**train, "batchSize": 256}})
