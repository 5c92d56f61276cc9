"""The short way for plain values gives what the way of every source gives, or nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hone_trainer.rows.block import Block, Form, Texts
from hone_trainer.rows.few_rows import FewRows
from hone_trainer.sources.values import convert
from hone_trainer.transform.plain_values import plain

VALUES = st.one_of(
    st.none(),
    st.text(max_size=5),
    st.sampled_from(["a ", "\xa0a", "\x1fa", "a\x85", "", "\0", "null", "1"]),
    st.floats(),
    st.integers(-(2**60), 2**60),
    st.booleans(),
    st.binary(max_size=3),
)


@example([" "])
@example([-0.0])
@example([2**53 + 1])
@example([True, 1])
@given(st.lists(VALUES, min_size=1, max_size=4))
@pytest.mark.parametrize("form", ["text", "number", "time"])
def test_plain_values_are_what_converting_makes_of_them(form: Form, values: list[Any]) -> None:
    found = plain(values, form)
    if found is None:
        return
    converted, wrong = convert(pa.array(values, from_pandas=True), form)
    assert not wrong.any()
    if isinstance(found, Texts):
        assert found.array().to_pylist() == converted.to_pylist()
    elif form == "number":
        assert found.tobytes() == converted.to_numpy(zero_copy_only=False).tobytes()
    else:
        assert converted.null_count == len(values)


def test_nearly_all_values_are_plain() -> None:
    assert plain(["u1", None, "a b"], "text").codes.tolist() == [0, -1, 1]
    assert np.isnan(plain([1, 2.5, None], "number")[2])
    assert plain(["2026-01-01"], "time") is None


def test_a_few_rows_do_what_a_block_does() -> None:
    texts = Texts(np.array([0, -1, 1], np.int32), pa.array(["a", "b"]))
    times = np.array([5, np.iinfo(np.int64).min, 7])
    few = FewRows(
        None,
        np.arange(3),
        np.zeros(3, np.int8),
        {"word": texts, "size": np.array([1.0, np.nan, 3.0]), "when": times},
    )
    table = pa.table(
        {
            "word": texts.array(),
            "size": few.numbers("size"),
            "when": pa.array(times, pa.timestamp("us"), mask=times < 0),
        }
    )
    block = Block.of(table)
    for chosen in (np.array([True, True, True]), np.array([False, True, True])):
        a, b = few.keep(chosen), block.keep(chosen)
        for name in ("word", "size", "when"):
            assert a.form(name) == b.form(name)
            assert a.missing(name).tolist() == b.missing(name).tolist()
        assert a.rows.tolist() == b.rows.tolist()
        assert a.texts("word").array().to_pylist() == b.texts("word").array().to_pylist()
        assert a.times("when").tolist() == b.times("when").tolist()
        changed = (each.put("size", np.ones(len(b))).numbers("size").tolist() for each in (a, b))
        assert next(changed) == next(changed)
