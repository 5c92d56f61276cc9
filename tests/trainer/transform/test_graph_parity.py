"""TensorFlow alone reads raw rows as preparation does; and what it cannot read so is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone_trainer.clean import AnyCleaning
from hone_trainer.clean.step import Cleaning
from hone_trainer.columns import ColumnKind
from hone_trainer.columns.kind import Kind
from hone_trainer.columns.normalizations import AnyNormalization
from hone_trainer.columns.normalizations.normalization import Normalization
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.graph_form import NO_GRAPH
from hone_trainer.transform.encoding import encode
from hone_trainer.transform.graph import TransformGraph
from hone_trainer.transform.saving import load
from hone_trainer.transform.transform import Transform
from tests.trainer.transform.test_parity import (
    CLEAN,
    COLUMNS,
    TIMES,
    WORDS,
    odd_values,
    prepared,
    table,
)

READ = [column for column in COLUMNS if "text" not in column]
CLEANED = {
    "fill": [
        {"missing": {"word": "none", "columns": ["user", "basket", "device"]}},
        *CLEAN["fill"][1:],
    ],
    "drop": CLEAN["drop"],
    "mostFrequent": [{"missing": {"constant": 3, "columns": ["z"]}}, *CLEAN["interpolate"][2:]],
}
NEVER = {"text", "isolationForest", "interpolate", "rules", "duplicates"}
"""What says why it is no graph; all others are among those above."""
pytestmark = pytest.mark.tensorflow


def learned(tmp: Any, clean: str, odd: list[tuple[int, str, str]]) -> Transform:
    by_time = {"by": {"time": {"column": "when"}}}
    stage = {"columns": READ, "clean": CLEANED[clean], "split": by_time}
    rows = [row | {"when": row["when"] or "2026-03-01"} for row in table(odd)]
    _, report = prepared(tmp, rows, stage)
    return load(report.manifest.uri)


def asked(odd: list[tuple[int, str, str]]) -> list[dict[str, Any]]:
    """Rows as anybody sends them, with histories; odd ones where a case wants them."""
    rows: list[dict[str, Any]] = [{n: v or None for n, v in row.items()} for row in table(odd)]
    for k, row in enumerate(rows):
        row["before"] = ["u1", "", " u2\u2003", "who?", "u3"][: k % 6]
    return rows


def agree(transform: Transform, rows: list[dict[str, Any]]) -> None:
    """See that a graph reads and refuses as ``encode`` does, of all that it can be sent."""
    from hone_trainer.backend.keras import tf

    expected = encode(transform, rows)
    kept = [row for k, row in enumerate(rows) if k not in unsent(expected.refused)]
    expected = encode(transform, kept)
    graph = TransformGraph.of(transform)
    arrays = {name: tf.constant(values) for name, values in graph.arrays(kept).items()}
    features, cleaned = graph.encode(graph.read(arrays))
    refused = [why.decode() for why in cleaned.refused.numpy()]
    assert {k: why for k, why in enumerate(refused) if why} == dict(expected.refused)
    wanted: dict[str, Any] = expected.features
    for name, values in wanted.items():
        found = features[name].numpy()[expected.block.rows]
        assert (found.dtype, found.shape) == (values.dtype, values.shape), name
        # The last bit of a logarithm is each library's own.
        np.testing.assert_allclose(found, values, rtol=1e-6, atol=1e-7, err_msg=name)


def unsent(refused: Any) -> set[int]:
    """Rows whose values have no tensor: a text where a number should be."""
    return {k for k, why in refused.items() if why.startswith("column ")}


@pytest.mark.slow
@pytest.mark.parametrize("clean", CLEANED)
@settings(max_examples=5, deadline=None)
@given(odd=odd_values(), also=odd_values())
def test_a_graph_reads_rows_as_preparation_does(
    tmp_path_factory: pytest.TempPathFactory,
    clean: str,
    odd: list[tuple[int, str, str]],
    also: list[tuple[int, str, str]],
) -> None:
    transform = learned(tmp_path_factory.mktemp("graph") / "x", clean, odd)
    agree(transform, asked(also))


def test_words_and_times_of_every_kind_are_read_alike(tmp_path: Any) -> None:
    transform = learned(tmp_path / "x", "drop", [])
    odd = [
        *((k, name, word) for name in ("user", "basket", "device") for k, word in enumerate(WORDS)),
        *((k + 20, "when", time) for k, time in enumerate(TIMES)),
        (40, "basket", "i1||i2|  |i9|i3|"),
        (41, "basket", "|"),
        (42, "z", "inf"),
        (43, "raw", "1e300"),
    ]
    agree(transform, asked(odd))


@settings(max_examples=200, deadline=None)
@given(moment=st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999))
def test_the_calendar_is_pythons(moment: int) -> None:
    from datetime import UTC, datetime, timedelta

    from hone_trainer.rows.calendar import CYCLES

    expected = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment)
    found = {name: int(of(np.array([moment]))[0]) for name, (_, of) in CYCLES.items()}
    assert found == {
        "hour": expected.hour,
        "weekday": expected.weekday(),
        "month": expected.month - 1,
        "dayOfMonth": expected.day - 1,
    }


@settings(max_examples=200, deadline=None)
@given(second=st.integers(-62_135_596_800, 253_402_300_799) | st.integers(-(10**9), 10**9))
def test_a_moment_is_sent_as_it_will_be_read(second: int) -> None:
    from hone_trainer.sources.spelling import epochs
    from hone_trainer.transform.raw_tensors import as_epoch

    times = np.array([second * 1_000_000])
    read, refused = epochs(as_epoch(times))
    assert refused[0] or read[0] == times[0]


def test_infinite_numbers_and_broken_texts_are_refused_by_name(tmp_path: Any) -> None:
    from hone_trainer.backend.keras import tf

    transform = learned(tmp_path / "x", "fill", [])
    graph = TransformGraph.of(transform)
    arrays = {name: values.copy() for name, values in graph.arrays(asked([])[:4]).items()}
    arrays["z"][1] = np.inf
    arrays["user"][2], arrays["device"][3] = b"\xff\xfe", b"a\0b"
    _, rows = graph.encode(graph.read({n: tf.constant(v) for n, v in arrays.items()}))
    first, z, user, device = (why.decode() for why in rows.refused.numpy())
    assert not first
    assert z == "column 'z': 'inf' is not a finite number: write it as 1234.5"
    assert user.startswith("column 'user'")
    assert device.startswith("column 'device'")


def test_what_cannot_be_a_graph_is_named_with_the_remedy(tmp_path: Any) -> None:
    transform = learned(tmp_path / "x", "fill", [])
    title = ColumnKind.model_validate({"text": {"words": {}}})
    column = transform.columns[0].model_copy(update={"number": None, "text": title.text})
    with pytest.raises(StageFailure, match=r"'row', of kind text.*hone serve") as failure:
        TransformGraph.of(replace(transform, columns=(column, *transform.columns[1:])))
    assert failure.value.reason == "GraphImpossible"


def test_every_kind_is_shown_to_be_the_same_or_says_why_it_is_no_graph() -> None:
    """A kind that is added says nothing of graphs, and is refused until it is shown here."""
    kinds = {key for column in READ for key in column if key != "name"}
    assert kinds == set(ColumnKind.kinds) - NEVER
    scales = {next(iter(c["number"]["normalize"])) for c in READ if "normalize" in str(c)}
    assert scales == set(AnyNormalization.kinds)
    steps = {key for clean in CLEANED.values() for step in clean for key in step}
    assert steps == set(AnyCleaning.kinds) - NEVER
    for base in (Kind, Normalization, Cleaning):
        assert base().no_graph == NO_GRAPH
