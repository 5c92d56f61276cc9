"""Rows beside rows, with texts that have typing errors."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone_trainer.augment import typos
from hone_trainer.augment.noise import Noise
from hone_trainer.augment.typos import slip
from hone_trainer.rows.block import Block
from tests.trainer.blocks import block
from tests.trainer.titles import listed, titled


def slipped(texts: list[str], share: float = 0.3, seed: int = 1) -> list[str]:
    found = slip(pa.array(texts, pa.string()), share, np.random.default_rng(seed))
    found.validate(full=True)
    told: list[str] = found.to_pylist()
    return told


def one_slip_away(one: str, two: str) -> bool:
    """Say whether a letter was lost, doubled or swapped with the next one."""
    lost = {one[:k] + one[k + 1 :] for k in range(1, len(one))}
    doubled = {one[:k] + one[k] + one[k:] for k in range(len(one))}
    swapped = {one[:k] + one[k + 1] + one[k] + one[k + 2 :] for k in range(len(one) - 1)}
    return two in lost | doubled | swapped


def test_a_slip_loses_doubles_or_swaps_a_letter() -> None:
    words = ["sneaker", "Größe", "日本語", "a👟b"] * 500
    found = slipped(words, 0.02)
    changed = [(one, two) for one, two in zip(words, found, strict=True) if one != two]
    assert 100 < len(changed) < 500
    near = [one_slip_away(one, two) for one, two in changed]
    assert np.mean(near) > 0.9  # in the others two letters were hit
    sizes = [len(two) - len(one) for one, two in changed]
    assert {-1, 0, 1} <= set(sizes)


@settings(deadline=None)
@given(
    texts=st.lists(st.text(max_size=12), max_size=20),
    share=st.floats(0.01, 1),
    seed=st.integers(0, 9),
)
def test_words_stay_words(texts: list[str], share: float, seed: int) -> None:
    found = slipped(texts, share, seed)
    assert len(found) == len(texts)
    for one, two in zip(texts, found, strict=True):
        before, after = one.split(" "), two.split(" ")
        assert len(before) == len(after)
        assert all(bool(a) == bool(b) for a, b in zip(before, after, strict=True))
        assert set(two) <= set(one)


def test_about_a_share_of_the_letters_is_hit() -> None:
    """A third of the slips doubles a letter, a third loses one that is not the first."""
    found = slipped(["abcdefghij klmnopqrst"] * 3000, 0.06)
    doubled = sum(len(text) - 21 for text in found if len(text) > 21)
    assert doubled / (3000 * 20) == pytest.approx(0.02 * 0.75, abs=0.005)


def test_texts_are_worked_on_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typos, "AT_ONCE", 3)
    texts = [f"word{number} Größe" for number in range(10)]
    found = slipped(texts, 0.001)
    assert sum(one != two for one, two in zip(texts, found, strict=True)) <= 2


def noisy(rows: Block, seed: int = 3, **parameters: Any) -> Block:
    step = Noise(column="title", **parameters)
    return step.widen(rows, None, np.random.default_rng(seed))


def test_rows_with_another_text_stand_behind_their_row() -> None:
    rows = titled()
    wide = noisy(rows, share=0.5, copies=3)
    before = {row: (title, price) for row, title, price in listed(rows)}
    assert 10 < len(wide) < 6 + 15
    seen: set[int] = set()
    for row, title, price in listed(wide):
        assert price == before[row][1]
        # The first is the row itself, and no copy is like it.
        assert (title == before[row][0]) == (row not in seen)
        seen.add(row)
    assert seen == set(range(6))
    assert (np.diff(wide.rows) >= 0).all()


def test_rows_without_a_text_have_no_copies() -> None:
    rows = block(title=pa.array([None, None], pa.string()).dictionary_encode(), bought=[0, 1])
    assert len(noisy(rows, share=0.5, copies=8)) == 2
    assert len(noisy(titled().keep(np.zeros(6, bool)), copies=2)) == 0


def test_the_same_draw_gives_the_same_texts() -> None:
    one, two, three = (listed(noisy(titled(), seed, share=0.3, copies=4)) for seed in (1, 1, 2))
    assert one == two != three
