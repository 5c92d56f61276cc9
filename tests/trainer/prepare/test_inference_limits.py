"""Inference tells large whole numbers apart, and says of all that it leaves out why."""

import json
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hone_trainer.prepare.schema_inference import ROWS
from tests.trainer.prepare.test_schema_inference import COUNT, beside, infer
from tests.trainer.sourced import source_of, store_in, write

FAR = 1_790_000_000_000_000_000
NEXT = [FAR + n for n in range(COUNT)]
APART = [FAR + 37 * n for n in range(COUNT)]


def written(values: Any) -> Any:
    return pa.array([str(value) for value in values])


@pytest.mark.parametrize("values", [NEXT, APART], ids=["one apart", "37 apart"])
@pytest.mark.parametrize(
    "form",
    [
        lambda values: pa.array(values, pa.int64()),
        lambda values: pa.array([value + 2**63 for value in values], pa.uint64()),
        lambda values: pa.array([Decimal(value) * 10**15 + 1 for value in values]),
        lambda values: written(values),
        lambda values: written(value * 10**15 + 1 for value in values),
        lambda values: written(-value for value in reversed(values)),
    ],
    ids=["int64", "uint64", "decimal", "text", "long text", "negative text"],
)
def test_whole_numbers_beyond_two_to_the_53_are_told_apart(values: Any, form: Any) -> None:
    found = beside(form(values))
    assert found["kind"] == "key", found
    assert found["why"] == "whole numbers, another one in every row: they tell rows apart"


@pytest.mark.parametrize("form", [pa.array, written], ids=["numbers", "texts"])
def test_two_large_numbers_are_not_one(form: Any) -> None:
    found = beside(form([FAR, FAR + 1] * (COUNT // 2)))
    assert (found["kind"], found["why"].split(":")[0]) == ("id", "only 2 different whole numbers")
    many = beside(form([FAR + n // 2 for n in range(COUNT)]), "shop_id")
    assert many["why"].startswith(f"{COUNT // 2} different whole numbers")


def test_some_other_number_among_large_ones_hides_none_of_them() -> None:
    found = beside(written([*NEXT[:-1], "0.5"]))
    assert f"{COUNT} different ones" in found["why"]


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("user_id", np.repeat(np.arange(COUNT // 2) * 37.0, 2), "id"),
        ("user_id", np.repeat(np.arange(COUNT // 2) + 0.5, 2), "number"),
        ("user_id", np.repeat(np.arange(COUNT // 2) * 2.0**50, 2), "number"),
        ("price", np.repeat(np.arange(COUNT // 2) * 37.0, 2), "number"),
        ("price", np.arange(COUNT) % 5 * 10.0, "number"),
    ],
)
def test_whole_floats_are_ids_by_their_name_alone(name: str, values: Any, kind: str) -> None:
    assert beside(values, name)["kind"] == kind


TEXTS = ["a", "b"] * (COUNT // 2)
LEFT_OUT: dict[str, tuple[Any, str]] = {
    "lists": (pa.array([[1, 2]] * COUNT), "it holds lists: no kind of column reads that"),
    "large": (pa.array([[1]] * COUNT, pa.large_list(pa.int8())), "it holds lists"),
    "objects": (pa.array([{"city": "Ulm"}] * COUNT), "it holds objects"),
    "maps": (
        pa.array([[("a", 1)]] * COUNT, pa.map_(pa.string(), pa.int64())),
        "it holds maps: no kind of column reads that",
    ),
    "spans": (pa.array([timedelta(seconds=n) for n in range(COUNT)]), "it holds durations"),
    "clock": (pa.array([time(n % 24) for n in range(COUNT)]), "it holds times of day"),
    "raw": (pa.array([b"\x00\xff", b"\xfe"] * (COUNT // 2)), "it holds bytes that are no text"),
    "uuid": (pa.array([bytes(16)] * COUNT, pa.binary(16)), "it holds bytes: no kind of column"),
}


def test_whatever_parquet_holds_is_listed_with_a_reason(tmp_path: Path) -> None:
    columns = {name: array for name, (array, _) in LEFT_OUT.items()}
    table = pa.table({"shop": TEXTS, "words": [t.encode() for t in TEXTS], "y": TEXTS} | columns)
    pq.write_table(table, tmp_path / "raw.parquet")
    peeked = source_of("parquet", uri=str(tmp_path / "raw.parquet")).peek(store_in(tmp_path), ROWS)
    facts = {fact["name"]: fact for fact in infer(peeked).facts()}
    assert list(facts) == table.column_names
    assert {facts[name]["kind"] for name in ("shop", "words")} == {"id"}
    for name, (_, why) in LEFT_OUT.items():
        assert facts[name]["kind"] == ""
        assert facts[name]["why"].startswith(why), facts[name]


def test_a_file_of_nothing_else_says_so_of_each(tmp_path: Path) -> None:
    pq.write_table(pa.table({"lists": LEFT_OUT["lists"][0], "y": [[0]] * COUNT}), tmp_path / "r.pq")
    peeked = source_of("parquet", uri=str(tmp_path / "r.pq")).peek(store_in(tmp_path), ROWS)
    assert (peeked.num_rows, peeked.column_names) == (COUNT, ["lists", "y"])


@pytest.mark.parametrize(
    ("nested", "kind", "why"),
    [
        (COUNT, "", "it holds {}: no kind of column reads that"),
        (COUNT // 20, "", "it holds {}: no kind of column reads that"),
        (1, "id", "2 different texts"),
    ],
)
@pytest.mark.parametrize(("value", "what"), [([1], "lists"), ({"city": "Ulm"}, "objects")])
def test_keys_with_lists_or_objects_are_listed_but_for_a_few_faults(
    tmp_path: Path, nested: int, kind: str, why: str, value: Any, what: str
) -> None:
    rows = [{"x": value if n < nested else TEXTS[n], "y": n % 2, "n": n / 7} for n in range(COUNT)]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    uri = write(tmp_path / "raw.jsonl", text)
    facts = infer(source_of("jsonLines", uri=uri).peek(store_in(tmp_path), ROWS)).facts()
    assert [fact["name"] for fact in facts] == ["x", "y", "n"]
    assert facts[0]["kind"] == kind
    assert facts[0]["why"].startswith(why.format(what))
