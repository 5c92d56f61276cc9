"""The click model: the same parameters give the same rows, for ever and in any order of pieces."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hone_trainer.sources import click_model, source
from hone_trainer.sources.click_model import ClickModel
from tests.trainer.blocks import columns
from tests.trainer.sourced import read, refused, source_of, store_in

CLICKS = columns(user={"id": {}}, item={"id": {}}, clicked={"label": {}})


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
    assert rows.probability is not None
    assert np.array_equal(rows.probability, probability)
    assert len(found.pieces) == 1


def test_every_piece_can_be_drawn_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(click_model, "DRAWN_ROWS", 1000)
    model, store = source_of("clickModel", rows=3500, users=50, items=40), store_in(tmp_path)
    found = read(model, store, CLICKS)
    assert [len(rows.number) for (rows,) in found.each] == [1000, 1000, 1000, 500]
    for piece, (rows,) in reversed(list(zip(found.pieces, found.each, strict=True))):
        (again,) = model.read(piece, CLICKS, store, source.Digest())
        assert again.table.equals(rows.table)
        assert again.probability is not None
        assert rows.probability is not None
        assert np.array_equal(again.probability, rows.probability)
    users = [rows.table.column("user").to_pylist() for (rows,) in found.each]
    assert all(users[0][:500] != each[:500] for each in users[1:])


def test_people_and_things_are_the_same_in_all_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a user likes is drawn once: the same pair has the same probability everywhere."""
    monkeypatch.setattr(click_model, "DRAWN_ROWS", 1000)
    model = source_of("clickModel", rows=4000, users=5, items=4)
    known: dict[tuple[str, str], float] = {}
    for (rows,) in read(model, store_in(tmp_path), CLICKS).each:
        table = rows.table.to_pydict()
        assert rows.probability is not None
        for pair, each in zip(
            zip(table["user"], table["item"], strict=True), rows.probability, strict=True
        ):
            assert known.setdefault(pair, each) == each
    assert len(known) == 20


def test_a_version_is_that_of_the_parameters(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    one, same, other = (
        source_of("clickModel", seed=seed).pieces(CLICKS, store)[0] for seed in (1, 1, 2)
    )
    assert one == same
    assert one.version != other.version


def test_columns_have_kinds_of_their_own(tmp_path: Path) -> None:
    model, store = source_of("clickModel"), store_in(tmp_path)
    failure = refused(model, store, columns(user={"number": {}}, clicked={"label": {}}))
    assert failure.reason == "WrongColumnKind"
    assert "'user' of the click model is no number but id" in failure.message
    failure = refused(model, store, columns(who={"id": {}}, clicked={"label": {}}))
    assert failure.reason == "ColumnNotFound"
    assert "no column 'who'; it has 'user', 'item', 'clicked'" in failure.message


def test_only_wanted_columns_are_given(tmp_path: Path) -> None:
    wanted = columns(clicked={"label": {}}, item={"key": {}})
    found = read(source_of("clickModel", rows=200), store_in(tmp_path), wanted)
    assert list(found.table) == ["clicked", "item"]
