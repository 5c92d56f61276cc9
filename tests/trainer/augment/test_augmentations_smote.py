"""New rows lie between rows of the rarer label that are near each other."""

from typing import Any

import numpy as np
import pytest

from hone_trainer.augment import neighbours, smote
from hone_trainer.augment.balancing import Counts
from hone_trainer.augment.neighbours import nearest
from hone_trainer.augment.smote import BySmote
from hone_trainer.dataset.dataset import MEMBER
from tests.trainer.encoded import COUNTS, LABEL, Columns, one, rows, schema, shop


def added(given: Columns, seed: int = 1, **parameters: Any) -> tuple[Columns, Columns]:
    """Return the rarer rows and those that SMOTE adds."""
    labels = given[LABEL]
    counts = Counts(int((labels == 0).sum()), int((labels == 1).sum()))
    draw = np.random.default_rng(seed)
    found = BySmote(**parameters).balance(given, schema(given), counts, draw)
    rarer = {name: values[labels == counts.rarer] for name, values in given.items()}
    return rarer, {name: values[len(labels) :] for name, values in found.items()}


def floats(given: Columns) -> Any:
    return np.stack([given["price"], given["size"]], axis=1).astype(np.float64)


def test_new_rows_lie_on_lines_between_rows_and_their_neighbours() -> None:
    from sklearn.neighbors import NearestNeighbors

    plain = shop(900)
    given = {name: plain[name] for name in ("price", "size", LABEL, COUNTS)}
    rarer, new = added(given, neighbours=4)
    points = floats(rarer)
    known = NearestNeighbors(n_neighbors=5).fit(points).kneighbors(points)[1][:, 1:]
    starts = np.repeat(points, 4, axis=0)
    ways = points[known.ravel()] - starts
    hit = np.zeros(len(known.ravel()), bool)
    for point in floats(new):
        along = np.clip(((point - starts) * ways).sum(1) / (ways**2).sum(1), 0, 1)
        apart = np.linalg.norm(starts + along[:, None] * ways - point, axis=1)
        assert apart.min() < 1e-6
        hit |= apart < 1e-6
    assert hit.mean() > 0.5  # rows and neighbours of all kinds
    assert new[LABEL].all()


def test_all_but_numbers_is_that_of_one_of_the_two() -> None:
    rarer, new = added(shop(900))
    known = {one(_others(rarer), place) for place in range(len(rarer["price"]))}
    made = {one(_others(new), place) for place in range(len(new["price"]))}
    assert made <= known
    assert len(made) > len(known) / 2


def test_a_new_row_goes_to_the_sub_model_of_the_nearer_end() -> None:
    given = shop(900)
    given[MEMBER] = given["user"].ravel().astype(np.int32) % 3
    rarer, new = added(given)
    assert set(new[MEMBER].tolist()) == {0, 1, 2}
    assert (new[MEMBER] == new["user"].ravel() % 3).all()
    assert new[MEMBER].dtype == rarer[MEMBER].dtype


def _others(given: Columns) -> Columns:
    return {name: given[name] for name in ("user", "history", LABEL)}


def test_ids_are_those_of_the_nearer_end() -> None:
    given = rows(
        price=[0.0, 1.0, *np.arange(50.0)], user=[7, 8, *[9] * 50], bought=[1, 1, *[0] * 50]
    )
    _, new = added(given)
    assert len(new["price"]) == 48
    assert ((new["price"] < 0.5) == (new["user"][:, 0] == 7)).all()
    assert set(new["user"].ravel().tolist()) == {7, 8}


def test_neighbours_among_numbers_are_those_that_scikit_learn_finds() -> None:
    from sklearn.neighbors import NearestNeighbors

    given = shop(300, 0.9)
    points = floats(given).astype(np.float32)
    ours = nearest([given["price"], given["size"]], [], 5)
    theirs = NearestNeighbors(n_neighbors=6).fit(points).kneighbors(points)[1][:, 1:]
    assert np.array_equal(ours, theirs)


def test_ids_that_differ_are_the_median_deviation_apart() -> None:
    """Row 0 is 1.0 from row 1, of another user; 1.4 from row 2, of its own."""
    price = np.array([0.0, 1.0, 1.4, 50, -50], np.float32)
    flat = np.zeros(5, np.float32)
    user = np.array([[5], [6], [5], [9], [9]], np.int32)
    history = np.array([[1, 2], [1, 3], [1, 2], [0, 0], [0, 0]], np.int32)
    wide = float(price.std())
    assert wide > 1
    assert nearest([price], [], 1)[0].tolist() == [1]
    assert nearest([price], [user], 1)[0].tolist() == [2]
    assert nearest([price], [history], 1)[0].tolist() == [2]
    # The median of no deviation and a large one, halved: users count for less than a price.
    small = (np.arange(5) / 1000).astype(np.float32)
    assert nearest([price, flat, small], [user], 1)[0].tolist() == [1]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
def test_neighbours_do_not_depend_on_how_many_rows_are_compared_at_a_time(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    price = np.array([5, 1, 1, 2, 8], np.float32)
    whole = nearest([price], [], count)
    assert whole.shape == (5, min(count, 4))
    assert all(row not in found for row, found in enumerate(whole.tolist()))
    monkeypatch.setattr(neighbours, "AT_ONCE", 2)
    assert np.array_equal(nearest([price], [], count), whole)


def test_equal_rows_are_neighbours_in_the_order_of_the_source() -> None:
    assert nearest([np.ones(4, np.float32)], [], 2).tolist() == [[1, 2], [0, 2], [0, 1], [0, 1]]


def test_of_very_many_rows_some_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smote, "MOST_ROWS", 20)
    rarer, new = added(shop(900))
    assert len(rarer["price"]) > 60
    assert len({one(_others(new), place) for place in range(len(new["price"]))}) <= 20
    assert len(new["price"]) == 900 - 2 * len(rarer["price"])
