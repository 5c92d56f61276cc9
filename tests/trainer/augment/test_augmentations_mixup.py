"""Numbers move towards those of another row with the same label."""

from typing import Any

import numpy as np
import pytest

from hone_trainer.augment.mixup import Mixup
from tests.trainer.encoded import LABEL, Columns, rows, schema, shop


def mixed(given: Columns, seed: int = 1, **parameters: Any) -> Columns:
    draw = np.random.default_rng(seed)
    return Mixup(**parameters).rework(given, schema(given), None, draw)


def test_numbers_stay_between_those_of_rows_with_the_same_label() -> None:
    labels = np.arange(400) % 2
    given = rows(price=np.where(labels, 10.0, 0.0) + np.arange(400) / 1000, bought=labels)
    price = mixed(given, alpha=10)["price"]
    assert (price != given["price"]).mean() > 0.9
    assert ((price > 5) == (labels == 1)).all()
    assert price.dtype == np.float32


def test_a_row_keeps_the_larger_share() -> None:
    """Of two rows of a label each can move half of the way at most, and all numbers alike."""
    given = rows(price=[0.0, 1.0], size=[10.0, 20.0], bought=[1, 1])
    moved = []
    for seed in range(200):
        found = mixed(given, seed, alpha=1)
        assert 0 <= found["price"][0] <= 0.5 <= found["price"][1] <= 1
        assert found["size"] == pytest.approx(10 + 10 * found["price"], abs=1e-5)
        moved.append(found["price"][0])
    assert 0.45 < max(moved) <= 0.5


def test_ids_and_labels_stay() -> None:
    given = shop(300) | {"member\x00": np.arange(300, dtype=np.int32)}
    found = mixed(given)
    assert list(found) == list(given)
    for name in ("user", "history", LABEL, "member\x00"):
        assert np.array_equal(found[name], given[name])


@pytest.mark.parametrize("share", [0.25, 1.0])
def test_a_share_of_the_rows_is_moved(share: float) -> None:
    given = shop(4000)
    changed = mixed(given, share=share, alpha=5)["price"] != given["price"]
    assert changed.mean() == pytest.approx(share, abs=0.03)


def test_rows_without_a_label_are_mixed_with_none() -> None:
    given = rows(price=[*np.arange(50.0), *np.arange(1000.0, 1050)], bought=[0] * 50 + [None] * 50)
    price = mixed(given, alpha=10)["price"]
    assert (price[:50] != given["price"][:50]).any()
    assert (price[:50] < 50).all()
    assert np.array_equal(price[50:], given["price"][50:])


def test_small_parameters_move_little() -> None:
    given = shop(2000)
    far = [np.abs(mixed(given, alpha=a)["price"] - given["price"]).mean() for a in (0.1, 1.0, 5.0)]
    assert far == sorted(far)


def test_the_only_row_of_a_label_stays() -> None:
    given = rows(price=[1.0, 2.0, 3.0], bought=[1, 0, 0])
    assert mixed(given)["price"][0] == 1


def test_no_rows_are_no_trouble() -> None:
    assert len(mixed(shop(0))["price"]) == 0


def test_the_rows_that_were_given_stay_as_they_were() -> None:
    given = shop(100)
    before = {name: values.copy() for name, values in given.items()}
    mixed(given)
    assert all(np.array_equal(given[name], before[name]) for name in given)
