"""Embedding tables in int8, a scale per row."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.trainer.networks import SEQUENCE, Drawn, answers, fresh

pytestmark = pytest.mark.tensorflow

TABLES = arrays(np.float32, (5, 4), elements=st.floats(-1e3, 1e3, width=32))


@settings(max_examples=100, deadline=None)
@given(TABLES)
@example(np.full((5, 4), 2.21e-43, np.float32))
def test_no_value_is_off_by_more_than_half_a_step_of_its_row(table: np.ndarray) -> None:
    from hone_trainer.compress.rowwise import quantize_rows

    codes, scales = quantize_rows(table)
    assert codes.dtype == np.int8
    assert np.all(np.abs(codes * scales - table) <= scales * 0.5001)


def test_a_row_of_zeros_stays_zero() -> None:
    from hone_trainer.compress.rowwise import quantize_rows

    codes, scales = quantize_rows(np.zeros((2, 3), np.float32))
    assert not (codes * scales).any()


def test_a_small_row_keeps_its_digits_beside_a_large_one() -> None:
    from hone_trainer.compress.rowwise import quantize_rows

    table = np.array([[100.0, -50.0], [0.01, 0.005]], np.float32)
    codes, scales = quantize_rows(table)
    assert codes * scales == pytest.approx(table, rel=0.01)


@pytest.mark.parametrize("parts", [1, 2])
def test_a_model_with_int8_tables_predicts_the_same_and_hides_padding(parts: int) -> None:
    from hone_trainer.compress.rowwise import quantize_tables

    network, rows = fresh(SEQUENCE, parts), Drawn(SEQUENCE, 100).read("test")
    rows.features["basket"][:, :30] = 0
    quantized = quantize_tables(network.build())
    assert not [layer for layer in quantized.layers if layer.__class__.__name__ == "Embedding"]
    predicted = quantized.predict(rows.features, verbose=0)["probability"][:, 0]
    assert predicted == pytest.approx(answers(network, rows.features), abs=5e-3)
