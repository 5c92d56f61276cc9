"""Ids that share the rows of a table by their hash."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from hone_trainer.columns import IdColumn
from hone_trainer.encoding import FIRST_KNOWN, PADDING, Buckets

IDS = pd.Series([f"user-{n}" for n in range(2000)])


def test_every_id_gets_a_bucket_and_keeps_it() -> None:
    column = IdColumn(buckets=50)
    once, twice = (Buckets(50).encode(ids, column)[:, 0] for ids in (IDS, IDS[::-1]))
    assert np.array_equal(once, twice[::-1])
    assert once.min() >= FIRST_KNOWN
    assert once.max() < Buckets(50).size
    assert len(np.unique(once)) == 50


def test_buckets_are_filled_evenly() -> None:
    codes = Buckets(10).encode(IDS, IdColumn(buckets=10))[:, 0]
    counts = np.bincount(codes - FIRST_KNOWN, minlength=10)
    assert counts.min() > 140
    assert counts.max() < 260


def test_the_hash_is_the_same_everywhere() -> None:
    """Models outlive the machine that trained them: this figure must never change."""
    codes = Buckets(1_000_000).encode(pd.Series(["user-1", "item-1", "ü"]), IdColumn())
    assert codes[:, 0].tolist() == [KNOWN["user-1"], KNOWN["item-1"], KNOWN["ü"]]


KNOWN = {"user-1": 137044, "item-1": 968831, "ü": 353229}


def test_sequences_are_padded_at_the_front() -> None:
    column = IdColumn(buckets=99, length=3)
    codes = Buckets(99).encode(pd.Series(["a b", "a b c d", ""]), column)
    assert codes.shape == (3, 3)
    assert codes[0, 0] == PADDING
    assert codes[0, 1] != codes[0, 2]
    assert codes[1, 0] == codes[0, 2]  # b, the second of four
    assert codes[2].tolist() == [PADDING] * 3


@pytest.mark.tensorflow
def test_a_hashed_column_needs_no_vocabulary_and_trains(run_stage: Any) -> None:
    columns = [
        {"name": "user", "id": {"buckets": 500}},
        {"name": "item", "id": {}},
        {"name": "clicked", "label": {}},
    ]
    source = {"clickModel": {"rows": 2000, "users": 50, "items": 40}}
    report = run_stage("data", {"prepare": {"source": source, "columns": columns}})
    manifest = run_stage.manifest(report)
    fields = {field["name"]: field for field in manifest.facts["schema"]["fields"]}
    assert (fields["user"]["size"], fields["user"]["hashed"]) == (500 + FIRST_KNOWN, True)
    assert not fields["item"]["hashed"]
    text = run_stage.store.fetch(manifest.file("vocabularies.json")).decode()
    assert '"user"' not in text
    train = {"model": {"recommendation": {"lstm": {"embedding": 4, "units": 4}}}, "epochs": 1}
    run_stage("train", {"train": {**train, "batchSize": 256}})
