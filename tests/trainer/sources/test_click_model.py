"""The click model: what people measured on its rows stays true; what is bought comes beside it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hone_trainer.sources import drawing
from hone_trainer.sources.click_model import ClickModel
from tests.trainer.blocks import columns
from tests.trainer.sourced import read, source_of, store_in

CLICKS = columns(user={"id": {}}, item={"id": {}}, clicked={"label": {}})


ALL = columns(
    user={"id": {}}, item={"id": {}}, price={"number": {}}, clicked={"label": {}},
    bought={"label": {}}, spent={"amount": {}},
)  # fmt: skip


def as_first_published(model: ClickModel) -> tuple[list[str], list[str], Any, Any]:
    """The rows as they were drawn before there were pieces: what people measured stays so."""
    draw = np.random.default_rng(model.seed)
    user_bias, item_bias = draw.standard_normal(model.users), draw.standard_normal(model.items)
    user_taste = draw.standard_normal((model.users, model.factors))
    item_taste = draw.standard_normal((model.items, model.factors))
    popularity = (np.arange(model.items) + 10) ** -0.8
    user = draw.integers(model.users, size=model.rows)
    item = draw.choice(model.items, size=model.rows, p=popularity / popularity.sum())
    affinity = np.einsum("rf,rf->r", user_taste[user], item_taste[item]) / model.factors**0.5
    logit = 3.5 * (user_bias[user] + 1.5 * item_bias[item] + 0.3 * affinity)
    probability = 1 / (1 + np.exp(-logit))
    clicked = draw.random(model.rows) < probability
    return [f"u{n}" for n in user], [f"i{n}" for n in item], clicked, probability


@pytest.mark.parametrize("parameters", [{}, {"rows": 500, "users": 20, "items": 9, "seed": 1}])
def test_rows_are_those_that_were_always_drawn(tmp_path: Path, parameters: dict[str, Any]) -> None:
    model = source_of("clickModel", **parameters)
    found = read(model, store_in(tmp_path), CLICKS)
    users, items, clicked, probability = as_first_published(model)  # type: ignore[arg-type]
    assert found.table == {"user": users, "item": items, "clicked": clicked.tolist()}
    (rows,) = found.each[0]
    likelier = rows.known["clicked"]["accuracy"]
    assert np.array_equal(likelier, np.maximum(probability, 1 - probability))
    assert len(found.pieces) == 1


def test_people_and_things_are_the_same_in_all_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a user likes is drawn once: the same pair has the same probability everywhere."""
    monkeypatch.setattr(drawing, "DRAWN_ROWS", 1000)
    model = source_of("clickModel", rows=4000, users=5, items=4)
    known: dict[tuple[str, str], float] = {}
    for (rows,) in read(model, store_in(tmp_path), CLICKS).each:
        table = rows.table.to_pydict()
        pairs = zip(table["user"], table["item"], strict=True)
        for pair, each in zip(pairs, rows.known["clicked"]["accuracy"], strict=True):
            assert known.setdefault(pair, each) == each
    assert len(known) == 20


def test_what_is_bought_changes_nothing_of_what_is_clicked(tmp_path: Path) -> None:
    model, store = source_of("clickModel", rows=500), store_in(tmp_path)
    plain, whole = read(model, store, CLICKS), read(model, store, ALL)
    assert {name: whole.table[name] for name in plain.table} == plain.table


def test_only_what_is_clicked_is_bought(tmp_path: Path) -> None:
    found = read(source_of("clickModel", rows=500), store_in(tmp_path), ALL).table
    clicked = np.array(found["clicked"]) == 1
    for name in ("bought", "spent"):
        assert (~np.isnan(found[name]) == clicked).all()


def test_an_item_has_one_price(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "DRAWN_ROWS", 500)
    found = read(source_of("clickModel", rows=1000, items=7), store_in(tmp_path), ALL).table
    assert len(set(zip(found["item"], found["price"], strict=True))) == 7


def test_taste_counts_as_much_as_is_said(tmp_path: Path) -> None:
    """Without, all users have the same order of items."""
    orders = {affinity: _orders(tmp_path, affinity) for affinity in (0, 3)}
    assert orders[0] == 1
    assert orders[3] > 1


def _orders(folder: Path, affinity: float) -> int:
    """How many different orders of items users have, by how often they click."""
    model = {"rows": 4000, "users": 3, "items": 3, "affinity": affinity}
    table = read(source_of("clickModel", **model), store_in(folder), CLICKS).table
    clicks: dict[tuple[str, str], list[float]] = {}
    for user, item, clicked in zip(*table.values(), strict=True):
        clicks.setdefault((user, item), []).append(clicked)
    return len(
        {
            tuple(sorted(("i0", "i1", "i2"), key=lambda item: np.mean(clicks[user, item])))
            for user in ("u0", "u1", "u2")
        }
    )


def test_only_wanted_columns_are_given(tmp_path: Path) -> None:
    wanted = columns(clicked={"label": {}}, item={"key": {}})
    found = read(source_of("clickModel", rows=200), store_in(tmp_path), wanted)
    assert list(found.table) == ["clicked", "item"]
