"""What passes leave for each other."""

from pathlib import Path

import pyarrow as pa
import pytest

from hone_trainer.contract.assignment import Store
from hone_trainer.prepare.scratch import Scratch
from hone_trainer.rows.packing import pack, unpack
from hone_trainer.store.artifact_store import open_store


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(open_store(Store(uri=str(tmp_path))), "shop/scratch/1a2b")


def test_tables_come_back_as_they_went(scratch: Scratch) -> None:
    words = pa.array(["a", None, "b", "a"], pa.string()).dictionary_encode()
    table = pa.table({"word": words, "number": pa.array([1.0, 2.0, 3.0, 4.0])})
    scratch.put("read/000000-0000", table)
    assert scratch.get("read/000000-0000").equals(table)


def test_only_noted_work_is_done(scratch: Scratch) -> None:
    scratch.put("read/000001", pa.table({"x": [1]}))
    assert scratch.notes("read") == {}
    scratch.note("read", 4, {"rows": 7})
    scratch.note("reading", 5, {"rows": 8})
    assert scratch.notes("read") == {4: {"rows": 7}}


def test_clearing_leaves_what_is_not_scratch(scratch: Scratch) -> None:
    scratch.note("read", 0, {})
    scratch.store.put("shop/0/manifest.json", b"{}")
    scratch.clear()
    scratch.clear()
    assert scratch.store.list("shop") == ["shop/0/manifest.json"]


def test_tables_travel_together(scratch: Scratch) -> None:
    tables = {"a": pa.table({"x": [1, 2]}), "b": pa.table({"y": pa.array([], pa.string())})}
    scratch.put("sums/000000", pack(tables))
    back = unpack(scratch.get("sums/000000"))
    assert list(back) == ["a", "b"]
    assert all(back[name].equals(tables[name]) for name in tables)
    assert unpack(pack({})) == {}


def test_slices_come_in_the_order_they_were_asked_for(scratch: Scratch) -> None:
    data = bytes(range(200))
    for name in "ab":
        scratch.put_bytes(f"keys/{name}", data if name == "a" else data[::-1])
    asked = [(f"keys/{'ab'[k % 2]}", k, k + k % 5) for k in range(100)]
    whole = {"keys/a": data, "keys/b": data[::-1]}
    assert list(scratch.slices(asked)) == [whole[path][start:end] for path, start, end in asked]


def test_an_empty_slice_needs_no_file(scratch: Scratch) -> None:
    assert list(scratch.slices([("keys/none", 7, 7)])) == [b""]
    assert list(scratch.slices([])) == []
