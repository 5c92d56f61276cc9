"""Embedding tables in few bits, a scale per row."""

from typing import Any

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


@settings(max_examples=100, deadline=None)
@given(TABLES)
@example(np.full((5, 4), 2.21e-43, np.float32))
def test_four_bits_are_no_further_off_than_with_the_largest_value_as_their_range(
    table: np.ndarray,
) -> None:
    from hone_trainer.compress.rowwise import quantize_rows

    codes, scales = quantize_rows(table, 4)
    assert np.abs(codes).max() <= 7
    plain = np.maximum(np.abs(table).max(axis=1, keepdims=True), 7 * np.finfo(np.float32).tiny) / 7
    off = np.square(codes * scales - table).sum(axis=1)
    assert np.all(off <= np.square(np.rint(table / plain) * plain - table).sum(axis=1) + 1e-3)


def test_a_value_that_sticks_out_does_not_take_the_digits_of_all_others() -> None:
    from hone_trainer.compress.rowwise import quantize_rows

    rng = np.random.default_rng(1)
    table = rng.normal(0, 1, (200, 64)).astype(np.float32)
    codes, scales = quantize_rows(table, 4)
    plain = np.abs(table).max(axis=1, keepdims=True) / 7
    cut = np.square(codes * scales - table).mean()
    assert cut < 0.9 * np.square(np.rint(table / plain) * plain - table).mean()


@pytest.mark.parametrize("width", [1, 2, 5, 64])
def test_codes_of_four_bits_are_unpacked_as_they_were_packed(width: int) -> None:
    from hone_trainer.compress.rowwise import RowwiseEmbedding, pack, quantize_rows

    table = np.random.default_rng(2).normal(0, 1, (30, width)).astype(np.float32)
    codes, scales = quantize_rows(table, 4)
    assert pack(codes).nbytes == 30 * -(-width // 2)
    layer = RowwiseEmbedding(table, mask_zero=False, name="few", bits=4)
    ids = np.array([[3, 0], [29, 3]], np.int32)
    np.testing.assert_allclose(layer(ids).numpy(), (codes * scales)[ids], rtol=1e-6)


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize("parts", [1, 2])
def test_a_model_with_such_tables_predicts_the_same_and_hides_padding(
    parts: int, bits: Any
) -> None:
    from hone_trainer.compress.rowwise import quantize_tables

    network, rows = fresh(SEQUENCE, parts), Drawn(SEQUENCE, 100).read("test")
    rows.features["basket"][:, :30] = 0
    quantized = quantize_tables(network.build(), bits)
    assert not [layer for layer in quantized.layers if layer.__class__.__name__ == "Embedding"]
    predicted = quantized.predict(rows.features, verbose=0)["probability"][:, 0]
    assert predicted == pytest.approx(
        answers(network, rows.features), abs=5e-3 if bits == 8 else 5e-2
    )
